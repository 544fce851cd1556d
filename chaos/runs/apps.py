from importlib import import_module

from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "chaos.runs"
    label = "runs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("chaos.runs.shell")
        import_module("chaos.runs.readiness")
        rotation = import_module("reliability.access.services.rotation")  # with the models, which are ready now
        rotation.register_encrypted(model="runs.UndoRecord", column="sealed")
