from importlib import import_module

from django.apps import AppConfig


class DutiesConfig(AppConfig):
    name = "reliability.duties"
    label = "duties"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("reliability.duties.shell")  # only now: it reads models
        import_module("reliability.duties.readiness")
