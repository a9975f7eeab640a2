"""The whole system on one Linux machine without containers: a real Kafka, a real PostgreSQL, the services, one supervisor.

Read in this order: `layout` (files of one installation) · `first_start` (ports, settings, credentials) · `processes` (what
runs) · `supervisor` (how it is kept running) · `provision` (topics, accounts, access, databases) · `lifecycle` (up, down).
"""
