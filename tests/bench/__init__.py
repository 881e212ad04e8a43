"""What the bot costs, measured against the bare libraries on the same bytes: ``python -m tests.bench``."""
