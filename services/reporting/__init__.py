"""Reporting service: figures and timelines that follow from the logs alone (実績・事例の経過).

Reads the six logs. Writes the tables of ``schema.sql``; rows and log positions in one transaction. Opens no sealed part, and can be
rebuilt at any time by reading the logs again. What was reported for a month, and corrected since, is in ``reporting.log``.
"""
