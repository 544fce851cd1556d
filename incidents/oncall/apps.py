from django.apps import AppConfig


class OncallConfig(AppConfig):
    name = "incidents.oncall"
    label = "oncall"
    default_auto_field = "django.db.models.BigAutoField"
