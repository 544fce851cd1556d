from importlib import import_module

from django.apps import AppConfig


class OncallConfig(AppConfig):
    name = "incidents.oncall"
    label = "oncall"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for module in ("shell", "documents"):
            import_module(f"incidents.oncall.{module}")
