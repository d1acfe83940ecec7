"""The app as Django knows it."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """People, roles and who may see what."""

    name = "answerback.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"
