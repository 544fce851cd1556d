from importlib import import_module

from django.apps import AppConfig


class SuspectsConfig(AppConfig):
    name = "reliability.suspects"
    label = "suspects"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("reliability.suspects.shell")  # only now: it reads models
