"""The read API (閲覧API): what the projections show, over HTTP, each reader's share of it; and personal text, opened for one request.

Nothing is written but that somebody has read. What may be seen is decided twice: by the question that is asked of the database, and by the
database itself (``services/reporting/walls.py``).
"""
