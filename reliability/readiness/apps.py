from importlib import import_module

from django.apps import AppConfig


class ReadinessConfig(AppConfig):
    name = "reliability.readiness"
    label = "readiness"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("reliability.readiness.shell")  # only now: it reads models
