"""Who was born of a pool: pebble keeps its processes to itself."""

from __future__ import annotations

from multiprocessing.context import SpawnContext, SpawnProcess
from typing import Any


class Births(SpawnContext):
    """Spawned children, remembered while they live, so that one can be ended at once: pebble looks every half second."""

    def __init__(self) -> None:
        super().__init__()
        self._born: list[SpawnProcess] = []

    def Process(self, **how: Any) -> SpawnProcess:  # type: ignore[override]  # noqa: N802, ANN401  # a class there
        """A new child, to be started by pebble."""
        self._born = [each for each in self._born if each.exitcode is None]
        self._born.append(SpawnProcess(**how))
        return self._born[-1]

    def kill(self) -> None:
        """End those that live, whatever they do."""
        for each in self._born:
            if each.pid is not None:
                each.kill()
