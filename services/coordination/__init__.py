"""Coordination (多機関協働): the function of that name, with its plans and conferences.

Duty: decide about referrals, roles, plans and sittings; ask the gate whatever another agency is to learn of them.
Reads: its inbox and log, the control topic.
Writes: its log, the inboxes of the functions (parts in a case) and of the gate (requests, segments), its dead letters.
"""
