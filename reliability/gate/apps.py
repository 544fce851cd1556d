from importlib import import_module

from django.apps import AppConfig


class GateConfig(AppConfig):
    name = "reliability.gate"
    label = "gate"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("reliability.gate.shell")  # only now: it reads models
