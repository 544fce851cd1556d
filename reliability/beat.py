"""Celery beat without Django's apps: it sends one message every two seconds, and needs half the memory so.

Beside it runs the auditor, who tells the operators when the work is not done, whatever of the rest has died.
`python -m reliability.beat`. The usual `celery --app reliability.celery:app beat` does the same.
"""

from __future__ import annotations

import logging.config
import os

from celery import Celery
from celery.signals import setup_logging
from django.apps import apps
from django.utils import timezone

from reliability import settings
from reliability.supervision.services import auditor


@setup_logging.connect
def _leave_logging_alone(**_: object) -> None:
    """Settings' LOGGING has set the logs up."""


def main() -> None:
    logging.config.dictConfig(settings.LOGGING)
    app = Celery("reliability", fixups=[])
    app.config_from_object(settings, namespace="CELERY")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reliability.settings")
    apps.populate(())  # none: the auditor reads two tables without models
    auditor.start(clock=timezone.now, up_since=float(os.environ.get("UP_SINCE") or 0))
    app.Beat(quiet=True, pidfile=None).run()


if __name__ == "__main__":
    main()
