from importlib import import_module

from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "incidents.learning"
    label = "learning"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("incidents.learning.shell")  # only now: it reads models
