from importlib import import_module

from django.apps import AppConfig


class SchedulesConfig(AppConfig):
    name = "chaos.schedules"
    label = "schedules"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("chaos.schedules.shell")
