"""Preview (下見): the committed boards, drawn without Grafana from a Prometheus. Grafana itself is what counts; this says whether a board tells anything."""
