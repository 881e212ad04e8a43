"""Sizes for people."""

from __future__ import annotations


def size(number: int) -> str:
    """Bytes in the unit that leaves one to three digits: ``5.2 MB``. Powers of 1000, as disks are sold."""
    scaled = float(number)
    for unit in ("bytes", "KB", "MB"):
        if scaled < 999.5:
            return f"{scaled:.0f} {unit}" if unit == "bytes" or scaled >= 100 else f"{scaled:.1f} {unit}"
        scaled /= 1000
    return f"{scaled:,.1f} GB"
