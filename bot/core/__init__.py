"""PURE: values in, values out. No clock, socket, file or environment; ``now`` is an argument."""
