"""Real processes that write one series at the same time, on a database file or a server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

WRITERS, ROUNDS = 4, 25

MAKE = """
from reliability.access.models import Team
from reliability.telemetry.models import Source
from slo.models import Sli
team = Team.objects.create(slug="writers", name="Writers")
source = Source.objects.create(team=team, name="writers", kind="counts")
for name in ("added", "replaced"):
    Sli.objects.create(team=team, source=source, name=name, spec={"kind": "pushed"})
"""

# Everybody adds to the same 90 minutes, and fills own minutes of another series far apart, late ones first.
WRITE = """
import numpy as np
from reliability.kit.instants import to_minute
from slo.models import Sli
from slo.domain.minutes import MinuteSeries
from slo.services.series import StoreMode, store_many
ids = dict(Sli.objects.values_list("name", "pk"))
start = to_minute(NOW) - 9_000
ones = np.ones(90)
own = np.ones(13)
for turn in range(ROUNDS):
    place = start + ((turn * WRITERS + NUMBER) * 7_919 % (ROUNDS * WRITERS)) * 60
    store_many(counts={ids["added"]: MinuteSeries(start, ones, ones * 2, ones > 0)}, now=NOW, mode=StoreMode.ADD)
    store_many(counts={ids["replaced"]: MinuteSeries(place, own, own * 3, own > 0)}, now=NOW)
"""

CHECK = """
import json, sys
import numpy as np
from reliability.kit.instants import to_minute
from slo.models import Sli
from slo.selectors.sums import window_sums
from slo.services.integrity import faults_of
found = {}
for name, pk in Sli.objects.values_list("name", "pk"):
    end = to_minute(NOW)
    sums = window_sums(sli_ids=np.array(pk), starts=np.array(end - 10_000), ends=np.array(end))
    found[name] = [float(sums.good), float(sums.valid), int(sums.minutes), faults_of(sli_id=pk)]
print(json.dumps(found))
"""


# Loaded once, then one process for each writer: none of them has a connection before.
FORKED = """
import os, sys
from django.db import connection, connections
exec(MAKE)
connections.close_all()
if connection.vendor == "postgresql":
    connection.close_pool()  # its threads do not come along
children = []
for NUMBER in range(WRITERS):
    child = os.fork()
    if not child:
        status = 1
        try:
            exec(WRITE)
            connections.close_all()
            status = 0
        except BaseException:
            import traceback
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    children.append(child)
if any([os.waitpid(child, 0)[1] for child in children]):
    sys.exit("a writer failed")
exec(CHECK)
"""


def _script(now: datetime) -> list[str]:
    head = (
        "import django; django.setup()\n"
        "from datetime import datetime\n"
        f"NOW = datetime.fromisoformat({now.isoformat()!r})\n"
        f"WRITERS, ROUNDS = {WRITERS}, {ROUNDS}\n"
        f"MAKE, WRITE, CHECK = {(MAKE, WRITE, CHECK)!r}\n"
    )
    return [sys.executable, "-W", "ignore", "-c", head + FORKED]


def _environment(directory: Path) -> dict[str, str]:
    given = {name: value for name, value in os.environ.items() if name not in ("TEST_DATABASE_URL", "DATABASE_URL")}
    given |= {"DJANGO_SETTINGS_MODULE": "reliability.settings", "DATA_DIR": str(directory)}
    if connection.vendor == "postgresql":
        database = connection.settings_dict
        address = f"{database['HOST']}:{database['PORT'] or 5432}"
        given["DATABASE_URL"] = f"postgres://{database['USER']}:{database['PASSWORD']}@{address}/{database['NAME']}"
    return given


@pytest.mark.django_db(transaction=True)
def test_writers_at_the_same_time_lose_nothing(tmp_path: Path, now: datetime) -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:  # the tables of this test, where the product looks for its file
            cursor.execute("VACUUM INTO %s", [str(tmp_path / "reliability.sqlite3")])
    done = subprocess.run(
        _script(now), env=_environment(tmp_path), cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=240,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    writes = WRITERS * ROUNDS
    assert found["added"] == [90.0 * writes, 180.0 * writes, 90, []]
    assert found["replaced"] == [13.0 * writes, 39.0 * writes, 13 * writes, []]
