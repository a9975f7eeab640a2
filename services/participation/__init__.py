"""Participation service: places to take part, without a name until the gate allows it (参加支援), and community building (地域づくり).

Reads participation.inbox and community.inbox. Writes participation.log and community.log, and sends what they recorded on to the
gate and to the other functions.
"""
