"""The whole system on one Linux machine without containers: a real Kafka, a real PostgreSQL, the services, one supervisor.

Read in this order: `layout` (files of one installation) · `first_start` (ports, settings, credentials) · `processes` (what
runs) · `supervisor` (how it is kept running) · `broker_admin` (topics, accounts, access; for whom, says `enrolled`), `databases` · `lifecycle` (up, down).
"""
