"""Boards (ダッシュボード): how the seven dashboards are made. ``python -m deploy.observability.boards`` writes their JSON; a test sees that it was done."""
