from importlib import import_module

from django.apps import AppConfig


class StatusPageConfig(AppConfig):
    name = "incidents.status_page"
    label = "status_page"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("incidents.status_page.shell")  # only now: it reads models
        rotation = import_module("reliability.access.services.rotation")
        rotation.register_encrypted(model="status_page.Subscriber", column="sealed")
