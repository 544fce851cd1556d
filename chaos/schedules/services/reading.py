"""Reading a calendar in a process of its own: whatever is in it, it costs bounded seconds and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from datetime import datetime

from django.conf import settings

from chaos.schedules.domain.ical_events import FeedError, FeedReading, FeedTime, Wanted

COMMAND = (sys.executable, "-P", "-m", "chaos.schedules.reader")
# Starting it, and taking up what it answers.
_GRACE_SECONDS = 7.0


def read_calendar(*, text: str, wanted: Wanted) -> FeedReading:
    """As `ical_events.read`, somewhere else. Call it outside of a transaction: it may take ten seconds and more.

    Raises FeedError, also when it takes too long.
    """
    seconds = settings.BLACKOUT_FEED_READ_SECONDS
    asked = {
        "text": text,
        "start": wanted.period.start.isoformat(),
        "end": wanted.period.end.isoformat(),
        "zone": wanted.zone_name,
        "takes_free": wanted.takes_free,
        "only_words": wanted.only_words,
        "entries_max": wanted.entries_max,
        "seconds": seconds,
    }
    with tempfile.TemporaryDirectory(prefix="calendar-") as directory:
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "HOME": directory,
            "PYTHONPATH": str(settings.BASE_DIR),
            "READER_PARENT_PID": str(os.getpid()),
        }
        try:
            ended = subprocess.run(  # noqa: S603  our own command line
                COMMAND,
                input=json.dumps(asked).encode(),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=directory,
                env=environment,
                timeout=seconds + _GRACE_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise FeedError(f"reading the calendar takes longer than {seconds:g} s: export a smaller one") from error
    if ended.returncode != 0:
        raise FeedError("reading the calendar failed: it is too large or broken; export it again, or a smaller one")
    answer = json.loads(ended.stdout)
    if "error" in answer:
        raise FeedError(str(answer["error"]))
    return FeedReading(
        name=answer["name"],
        zone_name=answer["zone_name"],
        times=tuple(
            FeedTime(
                key=one["key"],
                title=one["title"],
                start=datetime.fromisoformat(one["start"]),
                end=datetime.fromisoformat(one["end"]),
                is_all_day=one["is_all_day"],
            )
            for one in answer["times"]
        ),
        known_until=datetime.fromisoformat(answer["known_until"]),
        remarks=tuple(answer["remarks"]),
    )
