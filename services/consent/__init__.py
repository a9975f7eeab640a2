"""Consent (同意と関門): the only service that writes an agency's inbox.

Duty: record consents, refusals, withdrawals, conference segments and protection flags of a case, and who has read its personal data;
decide every request to release an event (the gate, 関門); deliver what a durable verdict releases (the courier, 配達); tell past recipients to stop.
Reads ``consent.inbox`` and ``consent.urgent`` (gate), ``consent.reads`` (visitors' book, 閲覧の受付), ``consent.log`` and single records of the
functions' logs (courier). Writes ``consent.log``, verdicts into the functions' inboxes, every ``agency.<id>.inbox``, receipts, readings and ticks
into ``consent.inbox``, ``consent.dead-letters``.
"""
