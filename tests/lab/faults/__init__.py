"""The fault lab: what goes wrong, done to real processes, and a table of what became of it. ``python -m tests.lab.faults``."""
