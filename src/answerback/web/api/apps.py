"""The app as Django knows it: it keeps what was taken under which key."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The API."""

    name = "answerback.web.api"
    label = "api"
    default_auto_field = "django.db.models.BigAutoField"
