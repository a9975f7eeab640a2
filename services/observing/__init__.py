"""Observing (見守り): looks at the other processes from outside: how long what each worker has not yet read has been waiting, and whether the stores are well.

It belongs to no worker, so no worker that is dead or stands still can hide it. It reads no record: it asks the broker where groups are, where
partitions end, and since when; its accounts could not open one.
"""
