from importlib import import_module

from django.apps import AppConfig


class GamedaysConfig(AppConfig):
    name = "chaos.gamedays"
    label = "gamedays"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("chaos.gamedays.shell")
        import_module("chaos.gamedays.readiness")
