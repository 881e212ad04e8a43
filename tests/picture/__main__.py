"""Draws the README's picture anew."""

from __future__ import annotations

from tests.picture import PICTURE, draw, payload


def drawn() -> str:
    """The picture as it should be."""
    return draw.card(payload.message(), channel=payload.alert().channel, sent=payload.SENT)


if __name__ == "__main__":
    PICTURE.write_text(drawn(), encoding="utf-8")
    print(PICTURE)
