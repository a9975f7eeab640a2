"""Loops: one process each, all doing the same: consume, decode, decide, encode, produce, wait for the acknowledgement, commit."""
