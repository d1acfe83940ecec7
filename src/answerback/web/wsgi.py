"""The application as servers know it."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "answerback.web.settings")
application = get_wsgi_application()
