"""Times and durations as options of commands, and as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click

from bot.core import durations, moments

# Times are added to and subtracted from all over the house: a slip of the keyboard must not leave the calendar on the way.
_FIRST_YEAR, _LAST_YEAR = 1970, 9000


class Time(click.ParamType[datetime]):
    """An ISO 8601 time; one without an offset is UTC."""

    name = "ISO-TIME"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The time, aware."""
        if isinstance(value, datetime):
            return value
        try:
            return _aware(str(value))
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is no ISO 8601 time: write 2026-03-04 or 2026-03-04T12:00:00Z", param, ctx)


class Since(click.ParamType[datetime]):
    """A time, or how long ago: ``2d``."""

    name = "2d|ISO-TIME"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The time, aware."""
        if isinstance(value, datetime):
            return value
        text = str(value)
        try:
            return datetime.now(UTC) - durations.parse(text)
        except (ValueError, OverflowError):
            pass
        try:
            return _aware(text)
        except (ValueError, OverflowError):
            self.fail(f"{text!r} is neither a duration nor a time: write 2d, 6h or 2026-03-04T12:00:00Z", param, ctx)


class Span(click.ParamType[timedelta]):
    """How long: ``2d``; longer than nothing."""

    name = "2d"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """The duration."""
        if isinstance(value, timedelta):
            return value
        try:
            found = durations.parse(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)
        return found or self.fail(f"{value} is nothing: write how long, as in 2d", param, ctx)


def _aware(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    found = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise ValueError("no time of ours")
    return found


def iso(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC, as the contract writes times."""
    return None if moment is None else moments.iso(moment)


def local(moment: datetime | None, *, zone: bool = False) -> str:
    """For people at this terminal: their own time, with the name of its zone where asked for."""
    if moment is None:
        return ""
    here = moment.astimezone()
    return here.strftime("%Y-%m-%d %H:%M") + (f" {here.tzname()}" if zone else "")


def near(moment: datetime | None, now: datetime) -> str:
    """As :func:`local`, but of today's times the hour alone: for columns in which yesterday is news."""
    text = local(moment)
    today = local(now).partition(" ")[0]
    return text.removeprefix(f"{today} ")
