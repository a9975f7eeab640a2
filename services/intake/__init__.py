"""Intake (受付): the front door to every agency, and the functions consultation and outreach.

Duty: admit what agencies send (who sent it, whether it can be an event, whose personal fields it carries), seal, route;
decide about consultations and outreach.
Reads: every agency's outbox, the registry's log, the inboxes and logs of consultation and outreach, the control topic.
Writes: the inboxes of all functions and of the gate, the urgent lane, the logs of consultation and outreach, its dead letters.
"""
