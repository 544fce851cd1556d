from importlib import import_module

from django.apps import AppConfig


class TelemetryConfig(AppConfig):
    name = "reliability.telemetry"
    label = "telemetry"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("reliability.telemetry.shell")  # only now: it reads models
        rotation = import_module("reliability.access.services.rotation")
        rotation.register_encrypted(model="telemetry.Source", column="secret")
