from importlib import import_module

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "reliability.delivery"
    label = "delivery"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("reliability.delivery.shell")  # only now: it reads models
        rotation = import_module("reliability.access.services.rotation")
        rotation.register_encrypted(model="delivery.DeliveryKey", column="secret")
