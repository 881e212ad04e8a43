"""The SSRF lab: every way to write a forbidden address, on every way that leads to the network, against canaries."""
