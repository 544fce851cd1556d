from importlib import import_module

from django.apps import AppConfig


class StakeholdersConfig(AppConfig):
    name = "incidents.stakeholders"
    label = "stakeholders"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("incidents.stakeholders.shell")  # only now: it reads models
        rotation = import_module("reliability.access.services.rotation")
        rotation.register_encrypted(model="stakeholders.Stakeholder", column="secrets")
