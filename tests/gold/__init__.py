"""Our own labelled items, and what the shipped rules make of them."""
