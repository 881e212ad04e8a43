"""The one door to the network (the only importer of requests, urllib3, certifi and protego).

::

    Paced (workers) -> HostTurns (pacing) <-- Robots (robots)
                            ^                    |
                            |                    v
    caller ------------> Door (door) -> Wire (exchange) -> Routes (routes) -> Names (names), Guard (guard), line
                            |               |-> Kept (keep)
                          urls              |-> body
                                            '-> transport (requests)

``Door`` follows redirects by hand; ``Wire`` carries one request; ``Routes`` opens a connection to an
address that ``Guard`` permits; ``line`` holds the sockets, each operation of which gets what the
fetch's ``Budget`` has left. Failures travel as ``Trouble`` and leave the room as ``FetchFailure``.
"""

from bot.edge.http.door import Door, Gate
from bot.edge.http.names import Resolver
from bot.edge.http.pacing import HostTurns
from bot.edge.http.retry import retry_after
from bot.edge.http.robots import Robots
from bot.edge.http.urls import host_of, same_origin
from bot.edge.http.workers import Paced

__all__ = ["Door", "Gate", "HostTurns", "Paced", "Resolver", "Robots", "host_of", "retry_after", "same_origin"]
