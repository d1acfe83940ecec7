"""The settings under which tests run: a folder that goes with the run, quick hashing of made-up passwords."""

import os
import tempfile
from pathlib import Path

# Before the settings are read: they say where everything lies.
os.environ.setdefault("ANSWERBACK_HOME", str(Path(tempfile.mkdtemp(prefix="answerback-tests-")) / "home"))
os.environ["ANSWERBACK_INSECURE"] = "1"

from answerback.web.settings import *  # noqa: F403 - all of them, and then what differs

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
(Path(os.environ["ANSWERBACK_HOME"]) / "people" / "static").mkdir(parents=True, exist_ok=True)
