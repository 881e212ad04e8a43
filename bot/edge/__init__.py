"""One outside thing per room; foreign errors become ours here."""
