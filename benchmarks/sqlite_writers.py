"""Fault 34: ten processes that write to one SQLite file, each one transaction after the other, for a minute.

No pause between the transactions of a writer: the worst there is for those who wait. --stock: with Django's own
backend, to compare.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from stage import ROOT, stage
from timing import demand, finish, heading

from reliability.outbox.models import Fact

LONGEST_WAIT_SECONDS = 10.0
# Waits in seconds, from asking for the write lock until it is had.
_WRITER = """
import json, sys, time
import django
from django.conf import settings
if sys.argv[2] == "stock":
    settings.DATABASES["default"]["ENGINE"] = "django.db.backends.sqlite3"
django.setup()
from django.db import transaction
from django.utils import timezone
from reliability.outbox.models import Fact
start, end = float(sys.argv[1]), float(sys.argv[3])
Fact.objects.exists()
waits = []
time.sleep(max(start - time.time(), 0))
while time.time() < end:
    asked_at = time.perf_counter()
    with transaction.atomic():
        waits.append(time.perf_counter() - asked_at)
        Fact.objects.create(kind="bench", payload={"number": len(waits)}, at=timezone.now())
print(json.dumps(waits))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--writers", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--stock", action="store_true", help="with Django's own backend")
    options = parser.parse_args()
    with stage():
        kind = "Django's own backend" if options.stock else "writers take turns"
        heading(f"{options.writers} writers for {options.seconds:g} s, {kind}")
        with writers(options.writers, seconds=options.seconds, is_stock=options.stock) as running:
            answers = [json.loads(writer.communicate(timeout=options.seconds + 120)[0]) for writer in running]
        demand(Fact.objects.count() == sum(len(waits) for waits in answers), "a transaction was lost")
    counts = sorted(len(waits) for waits in answers)
    waits = sorted(wait for waits in answers for wait in waits)
    longest = waits[-1]
    is_met = longest <= LONGEST_WAIT_SECONDS
    print(f"{'transactions a second':<42} {len(waits) / options.seconds:>9,.0f}")
    print(f"{'transactions of one writer, least and most':<42} {counts[0]:>9,} {counts[-1]:,}")
    print(f"{'wait for its turn, median':<42} {statistics.median(waits) * 1000:>9.2f} ms")
    print(f"{'wait for its turn, 99th percentile':<42} {waits[int(len(waits) * 0.99)] * 1000:>9.2f} ms")
    goal = f"goal {LONGEST_WAIT_SECONDS:g} s: {'met' if is_met else 'MISSED'}"
    print(f"{'longest wait for its turn':<42} {longest:>9.2f} s   {goal}")
    if not is_met:
        raise SystemExit(1)
    finish()


@contextmanager
def writers(count: int, *, seconds: float, is_stock: bool) -> Iterator[list[subprocess.Popen[str]]]:
    """They begin at the same instant, once all have had the time to start."""
    start = time.time() + count * 1.5
    command = [sys.executable, "-c", _WRITER, str(start), "stock" if is_stock else "turns", str(start + seconds)]
    running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(count)]
    try:
        yield running
    finally:
        for writer in running:
            writer.kill()
            writer.wait()


if __name__ == "__main__":
    main()
