"""What operators see of a running town: the contract of its metrics, Grafana's dashboards and how they are made."""
