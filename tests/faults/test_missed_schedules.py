"""Must be seen 4, with real processes: the worker is killed, minutes of firings are missed over a change of the clocks,
it is back, and each firing comes out as its policy says. The clock runs fast.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.servers.prepared import copy_prepared
from tests.servers.product import ROOT

pytestmark = pytest.mark.faults

MINUTE = timedelta(minutes=1)
# Leases and waits of seconds are so many times shorter.
SPEED = 6
PATIENCE = 150.0
# Five minutes before the clocks of Berlin go from 02:00 to 03:00, and twelve later.
BEGINS_AT = datetime(2026, 3, 29, 0, 54, 30, tzinfo=UTC)
BACK_AT = datetime(2026, 3, 29, 1, 6, 10, tzinfo=UTC)
LAST = datetime(2026, 3, 29, 1, 8, tzinfo=UTC)
# (cron, misfire, grace in minutes). 02:30 is skipped that night: due right after the gap, at 01:00 UTC.
EACH_MINUTE, IN_THE_GAP = "* * * * *", "30 2 * * *"
PLANS = {
    "skip 1": (EACH_MINUTE, "skip", 1),
    "skip 4": (EACH_MINUTE, "skip", 4),
    "skip 60": (EACH_MINUTE, "skip", 60),
    "once 1": (EACH_MINUTE, "run_once", 1),
    "gap skip 4": (IN_THE_GAP, "skip", 4),
    "gap once 4": (IN_THE_GAP, "run_once", 4),
}
_SEED = """
import json
from datetime import datetime
from chaos.experiments.models import Experiment, ExperimentVersion, Target
from chaos.schedules.services import schedules
from chaos.schedules.services.drafts import ScheduleDraft
from reliability.access.domain.caller import Role
from reliability.access.models import Membership, Team, User
from reliability.access.selectors.callers import caller_of_user
now = datetime.fromisoformat(%(now)r)
team = Team.objects.create(slug="shop", name="Shop")
ada = User.objects.create_user("ada@example.com", name="Ada")
Membership.objects.create(team=team, user=ada, role=Role.EDITOR.value)
made = {}
for name, (cron, misfire, grace) in %(plans)r.items():
    slug = name.replace(" ", "-")
    experiment = Experiment.objects.create(team=team, slug=slug, title=name, created_at=now, updated_at=now)
    document = {"title": name, "description": name, "method": []}
    ExperimentVersion.objects.create(
        experiment=experiment, number=1, format="json", text=json.dumps(document), document=document, created_at=now
    )
    draft = ScheduleDraft(cron=cron, time_zone="Europe/Berlin", misfire=misfire, grace_minutes=grace)
    made[name] = schedules.create(caller=caller_of_user(user=ada), experiment=experiment, draft=draft, now=now).pk
print(json.dumps(made))
"""


@dataclass(frozen=True)
class Row:
    outcome: str
    decided_at: datetime
    has_run: bool


@dataclass(frozen=True)
class Shop:
    """data_dir holds the database of one installation, with a schedule of every minute for each policy."""

    data_dir: Path
    environment: dict[str, str]
    schedules: dict[str, int]

    @contextmanager
    def worker(self, *, at: datetime) -> Iterator[subprocess.Popen[bytes]]:
        """The engine of due work as a process, its clock at *at* and fast. Killed at the end, like a power loss."""
        with (self.data_dir / "worker.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-u", "-m", "tests.faults.fast_clock", at.isoformat(), str(SPEED), "tick", "--loop"],
                cwd=ROOT,
                env={**self.environment, "DJANGO_SETTINGS_MODULE": "reliability.settings"},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()

    def wait_for(self, due_at: datetime, *, seconds: float) -> None:
        """Until schedules of each minute have settled that instant. Runs are ended, as if an agent did them."""
        deadline = time.monotonic() + seconds
        while not all(due_at in rows for name, rows in self.firings().items() if PLANS[name][0] == EACH_MINUTE):
            assert time.monotonic() < deadline, (self.data_dir / "worker.log").read_text()[-4000:]
            if self._execute("SELECT 1 FROM runs_run WHERE state <> 'ended'"):
                self._execute("UPDATE runs_run SET state = 'ended', verdict = 'held' WHERE state <> 'ended'")
            time.sleep(0.1)

    def firings(self) -> dict[str, dict[datetime, Row]]:
        """By policy and instant."""
        names = {pk: name for name, pk in self.schedules.items()}
        found: dict[str, dict[datetime, Row]] = {name: {} for name in self.schedules}
        query = "SELECT schedule_id, due_at, outcome, decided_at, run_id FROM schedules_firing"
        for pk, due_at, outcome, decided_at, run_id in self._execute(query):
            found[names[pk]][_instant(due_at)] = Row(outcome, _instant(decided_at), run_id is not None)
        return found

    def runs(self) -> int:
        ((count,),) = self._execute("SELECT count(*) FROM runs_run")
        return int(count)

    def _execute(self, statement: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.data_dir / "reliability.sqlite3", timeout=20)) as database, database:
            rows: list[tuple[Any, ...]] = database.execute(statement).fetchall()
            return rows


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    own = {"DATA_DIR": str(tmp_path / "data"), "OUTBOX_NUDGE": "0"}
    left = ("DATABASE_URL", "PRODUCT_DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    environment = {**{name: text for name, text in os.environ.items() if name not in left}, **own}
    data_dir = Path(own["DATA_DIR"])
    data_dir.mkdir()
    copy_prepared(data_dir, environment=environment)
    script = _SEED % {"now": BEGINS_AT.isoformat(), "plans": PLANS}
    told = subprocess.run(
        [sys.executable, "manage.py", "shell", "--verbosity", "0", "-c", script],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=True,
        text=True,
    )
    return Shop(data_dir, environment, json.loads(told.stdout.strip().splitlines()[-1]))


def test_after_an_outage_each_firing_comes_out_as_its_policy_says(
    shop: Shop, record_property: Callable[[str, object], None]
) -> None:
    with shop.worker(at=BEGINS_AT):
        shop.wait_for(BEGINS_AT + MINUTE * 2.5, seconds=PATIENCE)
    before = shop.firings()
    with shop.worker(at=BACK_AT):
        shop.wait_for(LAST, seconds=PATIENCE)
    after = shop.firings()
    assert shop.runs() == sum(row.has_run for rows in after.values() for row in rows.values())
    for name, (cron, misfire, grace) in PLANS.items():
        rows = after[name]
        assert {at: rows[at] for at in before[name]} == before[name], "what was decided stays"
        looks = looks_of(rows)
        for looked_at, due in looks.items():
            wanted = fired(due, looked_at, is_once=misfire == "run_once", grace=grace * MINUTE)
            assert {at for at in due if rows[at].outcome == "requested"} == wanted, (name, looked_at, due)
            assert all(rows[at].outcome == "skipped" for at in set(due) - wanted)
            assert all(rows[at].has_run == (at in wanted) for at in due)
        if cron == IN_THE_GAP:
            assert list(rows) == [datetime(2026, 3, 29, 1, tzinfo=UTC)]
            continue
        assert sorted(rows) == minutes_between(BEGINS_AT + MINUTE / 2, max(rows)), "each minute once"
        missed = max(looks.values(), key=len)
        assert len(missed) >= 8
        record_property(f"firings missed, and made up for by {name}", f"{len(missed)}, {len(fired_of(rows, missed))}")


def looks_of(rows: Mapping[datetime, Row]) -> dict[datetime, list[datetime]]:
    """The instants that each look of the engine settled."""
    found: dict[datetime, list[datetime]] = defaultdict(list)
    for at, row in sorted(rows.items()):
        found[row.decided_at].append(at)
    return dict(found)


def fired(due: list[datetime], looked_at: datetime, *, is_once: bool, grace: timedelta) -> set[datetime]:
    """Of the instants of one look: the newest, when it is within the grace or runs late."""
    in_reach = [at for at in due if is_once or looked_at - at <= grace]
    return {max(in_reach)} if in_reach else set()


def fired_of(rows: Mapping[datetime, Row], due: list[datetime]) -> list[datetime]:
    return [at for at in due if rows[at].has_run]


def minutes_between(first: datetime, last: datetime) -> list[datetime]:
    """Both included."""
    return [first + number * MINUTE for number in range((last - first) // MINUTE + 1)]
