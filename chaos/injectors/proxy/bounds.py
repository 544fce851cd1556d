"""What the proxy's process holds at most. Bytes, seconds and counts."""

from __future__ import annotations

from dataclasses import dataclass

READ_BYTES = 64 * 1024
STAGE_BYTES_MAX = 256 * 1024
DELAY_BYTES_MAX = 8 * 1024 * 1024  # what a delay keeps on its way: 400 ms at 20 MB/s
HELD_BYTES_TOTAL = 256 * 1024 * 1024  # over all connections; above it each stage keeps READ_BYTES only

CONNECTIONS_MAX = 10_000
PROXIES_MAX = 200
TOXICS_MAX = 50  # of one proxy
TAKEN_BACK_MAX = 1_000  # names that may not come back, of one proxy
TAKEN_BACK_SECONDS = 600.0

API_BODY_BYTES_MAX = 256 * 1024
API_CONNECTIONS_MAX = 64
API_IDLE_SECONDS = 30.0
UPSTREAM_CONNECT_SECONDS = 10.0
TTL_SECONDS_MAX = 86_400.0


@dataclass(slots=True)
class Held:
    """Bytes that stages keep, over all connections of the process."""

    bytes: int = 0

    @property
    def is_too_much(self) -> bool:
        return self.bytes >= HELD_BYTES_TOTAL
