"""The connections of one process are enough for what it does at once, whatever sets that."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

_ASK = """
import json
from reliability import settings
print(json.dumps([settings.DATABASES["default"]["OPTIONS"]["pool"]["max_size"], settings.REQUESTS_MAX]))
"""


def pool_and_requests(data_dir: Path, given: dict[str, str]) -> tuple[int, int]:
    address = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "DATA_DIR": str(data_dir)}
    asked = subprocess.run(
        [sys.executable, "-c", _ASK],
        cwd=ROOT,
        env={"PATH": os.defpath, **address, **given},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    pool, requests = json.loads(asked.stdout)
    return pool, requests


@pytest.mark.parametrize(
    ("given", "least"),
    [
        pytest.param({}, 24, id="by default"),
        pytest.param({"REQUESTS_MAX": "60"}, 60, id="more requests"),
        pytest.param({"WORKER_CONCURRENCY": "40"}, 40, id="more slots"),
    ],
)
def test_every_piece_of_work_finds_a_connection(tmp_path: Path, given: dict[str, str], least: int) -> None:
    pool, requests = pool_and_requests(tmp_path, given)
    assert pool > max(least, requests)


def test_a_pool_that_is_set_stays_as_it_is_set(tmp_path: Path) -> None:
    assert pool_and_requests(tmp_path, {"DATABASE_POOL_SIZE": "7"}) == (7, 24)
