"""Test-only ways to start the bot: what the fault lab puts inside a process on trial.

The one place of the lab that imports the bot, and nothing of it judges: it counts how often named points are passed and
ends, delays or fails the process there, as the plan in its first argument says. It uses the seams the code has anyway:
SQLAlchemy's ``do_connect`` event (another class of sqlite3 connection), Python's audit events, and edges that are handed
to the workshop's rounds with a checkpoint before and after each call. The bot itself has no switch for any of it.

    python -m tests.lab.inside '{"point": "sending: committed", "do": "KILL"}' -- python -m bot --config DIR once
"""
