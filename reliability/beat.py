"""Celery beat without Django's apps: it sends one message every two seconds, and needs half the memory so.

`python -m reliability.beat`. The usual `celery --app reliability.celery:app beat` does the same.
"""

from __future__ import annotations

import logging.config

from celery import Celery
from celery.signals import setup_logging

from reliability import settings


@setup_logging.connect
def _leave_logging_alone(**_: object) -> None:
    """Settings' LOGGING has set the logs up."""


def main() -> None:
    logging.config.dictConfig(settings.LOGGING)
    app = Celery("reliability", fixups=[])
    app.config_from_object(settings, namespace="CELERY")
    app.Beat(quiet=True, pidfile=None).run()


if __name__ == "__main__":
    main()
