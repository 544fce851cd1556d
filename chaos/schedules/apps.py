from importlib import import_module

from django.apps import AppConfig


class SchedulesConfig(AppConfig):
    name = "chaos.schedules"
    label = "schedules"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for module in ("shell", "calendar_shell"):
            import_module(f"chaos.schedules.{module}")
        rotation = import_module("reliability.access.services.rotation")  # with the models, which are ready now
        rotation.register_encrypted(model="schedules.BlackoutFeed", column="sealed")
