"""The kernel: how to move one event from an inbox, through a pure decision, to a log. It knows no word of the domain."""
