"""The Celery app. Tasks only execute what rows demand, so every setting here may lose or repeat a message."""

from __future__ import annotations

import os

from celery import Celery
from celery.signals import setup_logging, worker_process_init
from django_structlog.celery.steps import DjangoStructLogInitStep

from reliability.kit.parent_death import die_with_parent

# Before the app is made: it looks here whether it is Django's, finds the tasks of all rooms then, and closes
# connections after each task.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reliability.settings")

app = Celery("reliability")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)  # the task's id, and the request's that caused it, on each log line


@setup_logging.connect
def _leave_logging_alone(**_: object) -> None:
    """Django's LOGGING has set the logs up; being connected here keeps Celery from doing it again."""


@worker_process_init.connect
def _die_with_worker(**_: object) -> None:
    """A pool process whose worker was killed would finish its task although another worker takes it up."""
    die_with_parent()
