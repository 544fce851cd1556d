from importlib import import_module

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Installed only where DEMO is set: no other mode has an account with a known password."""

    name = "reliability.demo"
    label = "demo"

    def ready(self) -> None:
        import_module("reliability.demo.handlers")
