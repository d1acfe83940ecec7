"""Django's settings. All that differs from place to place comes from the environment; nothing secret stands here.

ANSWERBACK_HOME          the folder of the workspace; people's own data lie in its `people` folder
ANSWERBACK_DATABASE      postgresql://user@host:port/name; else SQLite in the `people` folder
ANSWERBACK_ADDRESSES     host names under which the pages are reached, apart by commas
ANSWERBACK_PUBLIC        https://host under which mails lead to the pages; without it no digests go out
ANSWERBACK_INSECURE      1: plain HTTP, for one computer alone (`answerback serve` sets it on loopback)
ANSWERBACK_OIDC_ISSUER   the organisation's sign-in service, with _CLIENT_ID, _CLIENT_SECRET_FILE and _NAME beside it
ANSWERBACK_MAIL          smtp://user@host:port, by which links can be sent, with _FROM and _PASSWORD_FILE beside it
"""

from __future__ import annotations

import os
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from answerback.web.running.database import database_of
from answerback.web.running.secret import secret_of
from answerback.web.sign_in.mail import mail_of
from answerback.web.sign_in.service import providers_of

HERE = Path(__file__).parent
WORKSPACE = Path(os.environ.get("ANSWERBACK_HOME", "answerback-home"))
PEOPLE_FOLDER = WORKSPACE / "people"
SECURE = os.environ.get("ANSWERBACK_INSECURE", "") != "1"

DEBUG = False
SECRET_KEY = secret_of(PEOPLE_FOLDER)
ALLOWED_HOSTS = os.environ.get("ANSWERBACK_ADDRESSES", "localhost,127.0.0.1,[::1]").split(",")
PUBLIC_ADDRESS = os.environ.get("ANSWERBACK_PUBLIC", "").rstrip("/")
DATABASES = {"default": database_of(os.environ.get("ANSWERBACK_DATABASE", ""), PEOPLE_FOLDER)}

INSTALLED_APPS = [
    "answerback.people",
    "answerback.people.learning",
    "answerback.web",
    "answerback.web.api",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "answerback.web.headers.SecurityHeaders",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "answerback.web.sign_in.activity.Activity",
    "answerback.web.clock.OrganisationClock",
    "answerback.web.rights.RightsMiddleware",
    "answerback.web.trouble.TroubleMiddleware",
]
ROOT_URLCONF = "answerback.web.urls"
WSGI_APPLICATION = "answerback.web.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "answerback.web.frame.frame",
            ],
            "builtins": ["answerback.web.templatetags.shown"],
        },
    }
]

AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "answerback.web.sign_in.accounts.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_FORMS = {
    "login": "answerback.web.sign_in.forms.SignInForm",
    "change_password": "answerback.web.sign_in.forms.NewPasswordForm",  # nosec B105 - a form and no password
}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if os.environ.get("ANSWERBACK_BEHIND_PROXY") else 0
SOCIALACCOUNT_ADAPTER = "answerback.web.sign_in.accounts.ServiceAdapter"
SOCIALACCOUNT_PROVIDERS = providers_of(os.environ)
MFA_ADAPTER = "answerback.web.sign_in.accounts.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Answerback"
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute off, and typing takes its time
USERSESSIONS_TRACK_ACTIVITY = True

SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "answerback.web.trouble.csrf_failure"
SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 365 * 86_400 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if os.environ.get("ANSWERBACK_BEHIND_PROXY") else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
DATA_UPLOAD_MAX_NUMBER_FILES = 500
FILE_UPLOAD_TEMP_DIR: str | None = None
FILE_UPLOAD_PERMISSIONS = 0o600

globals().update(mail_of(os.environ))  # EMAIL_* and the sender

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "static/"
STATIC_ROOT = PEOPLE_FOLDER / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
API_READS_A_MINUTE, API_WRITES_A_MINUTE, API_WRONG_TOKENS_A_MINUTE = 300, 120, 20
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    # "It is being worked out, ask again" is an answer, and no error.
    "filters": {
        "errors": {
            "()": "django.utils.log.CallbackFilter",
            "callback": lambda record: getattr(record, "status_code", None) != HTTPStatus.SERVICE_UNAVAILABLE,
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["errors"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
