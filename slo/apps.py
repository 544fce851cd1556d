from importlib import import_module

from django.apps import AppConfig


class SloConfig(AppConfig):
    name = "slo"
    label = "slo"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("slo.shell")  # only now: it reads models
        import_module("slo.readiness")
