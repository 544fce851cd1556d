from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "reliability.catalog"
    label = "catalog"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from reliability.access.references import register_reference  # noqa: PLC0415  with it
        from reliability.catalog.models import Service  # noqa: PLC0415  with it
        from reliability.catalog.search import find_services  # noqa: PLC0415  models are ready only now
        from reliability.web.search import register_search  # noqa: PLC0415  with it

        register_search("services", find_services)
        register_reference("service", Service, fields=("service",), prefixes=("needs ",))
