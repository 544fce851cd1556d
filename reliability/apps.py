from django.apps import AppConfig

from reliability.celery import app as celery_app


class ReliabilityConfig(AppConfig):
    """The project package itself. Importing the Celery app here binds every shared task to it."""

    name = "reliability"
    label = "reliability"
    celery_app = celery_app
