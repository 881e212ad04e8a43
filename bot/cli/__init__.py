"""The command line: one file per command, imported when it is called. The only importer of click and rich."""
