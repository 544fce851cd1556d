"""A management command whose clock runs fast: `python -m tests.faults.fast_clock 2026-03-29T00:54:30Z 6 tick --loop`.

Only instants are of another time; waits last as long as they say. (libfaketime changes both, and its waits are longer
than asked once the clock runs fast.)
"""

from __future__ import annotations

import sys
import time
from datetime import datetime, timedelta

from django.core.management import execute_from_command_line
from django.utils import timezone


def main() -> None:
    begins_at, speed = datetime.fromisoformat(sys.argv[1]), float(sys.argv[2])
    started_at = time.monotonic()

    def now() -> datetime:
        return begins_at + timedelta(seconds=(time.monotonic() - started_at) * speed)

    timezone.now = now
    execute_from_command_line(["manage.py", *sys.argv[3:]])


if __name__ == "__main__":
    main()
