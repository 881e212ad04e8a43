"""The labs: tests from outside. Nothing in this folder imports the bot."""
