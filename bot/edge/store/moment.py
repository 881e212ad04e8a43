"""A moment as the state keeps it: milliseconds since the epoch, UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


class Moment(sa.types.TypeDecorator[datetime]):
    """An aware UTC datetime kept as integer milliseconds: sorts, compares and survives every locale."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> Any:  # noqa: ANN401 - SQLAlchemy's signature
        """To the database."""
        del dialect
        return None if value is None else (value - EPOCH) // MILLISECOND

    def process_result_value(self, value: Any | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ANN401 - as above
        """From the database."""
        del dialect
        return None if value is None else EPOCH + timedelta(milliseconds=value)
