from importlib import import_module

from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "reliability.measures"
    label = "measures"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("reliability.measures.shell")  # only now: it reads models
