from importlib import import_module

from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "reliability.channels"
    label = "channels"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("reliability.channels.shell")  # only now: it reads models
        rotation = import_module("reliability.access.services.rotation")
        for model in ("channels.Channel", "channels.ContactMethod"):
            rotation.register_encrypted(model=model, column="secrets")
