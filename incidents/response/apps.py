from importlib import import_module

from django.apps import AppConfig


class ResponseConfig(AppConfig):
    name = "incidents.response"
    label = "response"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("incidents.response.shell")  # only now: it reads models
        import_module("incidents.response.readiness")
