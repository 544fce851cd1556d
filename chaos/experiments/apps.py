from importlib import import_module

from django.apps import AppConfig


class ExperimentsConfig(AppConfig):
    name = "chaos.experiments"
    label = "experiments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("chaos.experiments.shell")
        import_module("chaos.experiments.readiness")
