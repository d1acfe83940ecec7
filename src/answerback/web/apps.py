"""The app as Django knows it: templates, static files, template tags."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The pages."""

    name = "answerback.web"
    label = "web"
