from importlib import import_module

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "incidents.intake"
    label = "intake"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("incidents.intake.shell")  # only now: it reads models
        silences = import_module("incidents.intake.services.silences")
        response = import_module("incidents.response.services.silences")
        response.register_check(silences.silenced_now)
        rotation = import_module("reliability.access.services.rotation")
        rotation.register_encrypted(model="intake.Integration", column="secrets")
