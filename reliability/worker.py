"""The Celery worker without Celery's command line, which would add a seventh to its memory.

`python -m reliability.worker`. WORKER_CONCURRENCY sets its slots. Work mostly waits for sources and the database, so
a slot is a thread; WORKER_POOL=prefork makes each a process, for machines with more cores than this one process can
use. WORKER_NAME tells several on one machine apart, and stays the same over restarts: a worker that starts gives
back what its predecessor of the name held.
The usual `celery --app reliability.celery:app worker` does the same.
"""

from __future__ import annotations

import os
import sys

import django
from celery.utils.nodenames import default_nodename, host_format
from django.conf import settings
from django.utils import timezone

from reliability.celery import app
from reliability.web.metric_files import fold


def main() -> int:
    # The checks import every address, page and API schema, which no worker needs; `prepare` has run them.
    os.environ.setdefault("CELERY_SKIP_CHECKS", "1")
    django.setup()
    settings.ROOT_URLCONF = "reliability.pages"  # messages lead to pages; the schemas of the API would take 20 MB
    fold(directory=settings.METRICS_DIR, now=timezone.now())
    worker = app.Worker(
        hostname=host_format(default_nodename(f"{os.environ.get('WORKER_NAME') or 'worker'}@%h")),
        pool=os.environ.get("WORKER_POOL") or "threads",
        concurrency=settings.WORKER_CONCURRENCY,
        loglevel="WARNING",
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


if __name__ == "__main__":
    sys.exit(main())
