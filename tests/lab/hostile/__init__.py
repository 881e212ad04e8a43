"""The hostile catalogue (reliability.md C2 to C5): feeds and pages as strangers could send them, through the real process."""
