"""Cases in the form of ``tsunagu consent decide``: one question a line, with what is expected of the gate beside it."""
