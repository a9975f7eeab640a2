"""Measurements of what Tsunagu promises about speed and memory: ``python -m bench [decision] [decide] [runner] [memory] [latency] [gate] [year] [replay] [state]``.

Nothing here is a test: figures are printed with the machine and the spread, and whoever reads them judges.
"""
