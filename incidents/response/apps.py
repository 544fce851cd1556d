from django.apps import AppConfig


class ResponseConfig(AppConfig):
    name = "incidents.response"
    label = "response"
    default_auto_field = "django.db.models.BigAutoField"
