from django.apps import AppConfig


class TelemetryConfig(AppConfig):
    name = "reliability.telemetry"
    label = "telemetry"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from reliability.access.services.rotation import register_encrypted  # noqa: PLC0415  models are ready only now

        register_encrypted(model="telemetry.Source", column="secret")
