from importlib import import_module

from django.apps import AppConfig


class OverlayConfig(AppConfig):
    name = "reliability.overlay"
    label = "overlay"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("reliability.overlay.shell")  # only now: it reads models
