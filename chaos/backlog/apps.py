from importlib import import_module

from django.apps import AppConfig


class BacklogConfig(AppConfig):
    name = "chaos.backlog"
    label = "backlog"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("chaos.backlog.shell")
        import_module("chaos.backlog.readiness")
