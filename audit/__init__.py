"""Audit (監査): what anybody who can read the immutable logs can check in them, without a key, a database or a clock. Pure, but for ``progress``.

The gate's verdicts are decided again by ``services.consent``; here is everything that can be checked without deciding. Services never import this.
"""
