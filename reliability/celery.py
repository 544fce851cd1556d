"""The Celery app. Tasks only execute what rows demand, so every setting here may lose or repeat a message."""

from __future__ import annotations

from celery import Celery

app = Celery("reliability")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
