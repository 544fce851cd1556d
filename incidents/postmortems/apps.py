from importlib import import_module

from django.apps import AppConfig


class PostmortemsConfig(AppConfig):
    name = "incidents.postmortems"
    label = "postmortems"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("incidents.postmortems.shell")  # only now: it reads models
        import_module("incidents.postmortems.readiness")
