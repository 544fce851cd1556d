from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "reliability.access"
    label = "access"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from reliability.access.search import find_people, find_teams  # noqa: PLC0415  models are ready only now
        from reliability.web.search import register_search  # noqa: PLC0415  with it

        register_search("teams", find_teams)
        register_search("people", find_people)
