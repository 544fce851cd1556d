from importlib import import_module

from django.apps import AppConfig


class PagingConfig(AppConfig):
    name = "incidents.paging"
    label = "paging"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for module in ("shell", "documents", "departures", "readiness"):
            import_module(f"incidents.paging.{module}")
