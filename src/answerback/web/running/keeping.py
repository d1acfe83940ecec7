"""People's own data in a backup: the database as it stands at one instant, whichever database it is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from answerback.domain.errors import UsageError
from answerback.people.models import Person

SQLITE, DUMP = "people/people.sqlite3", "people/people.json"
"""Where the copy lies in a backup: the file itself, or all rows as text where the data lie in another database."""
_SIGNING = "people/sessions-secret"
_LEFT_OUT = ("contenttypes", "auth.permission", "sessions", "usersessions")


def copy_people(into: Path) -> dict[str, Path]:
    """Copies people's data into a folder; the files, by the path that they have in a backup.

    Sessions are not among them where rows are dumped: everybody signs in again.
    """
    found = {}
    secret = Path(settings.PEOPLE_FOLDER) / Path(_SIGNING).name
    if secret.exists():
        found[_SIGNING] = secret
    if connection.vendor == "sqlite":
        source = Path(settings.DATABASES["default"]["NAME"])
        if source.exists():
            found[SQLITE] = into / "people.sqlite3"
            copy_sqlite(source, found[SQLITE])
        return found
    found[DUMP] = into / "people.json"
    call_command("dumpdata", exclude=_LEFT_OUT, natural_foreign=True, output=str(found[DUMP]), verbosity=0)
    return found


def copy_sqlite(source: Path, target: Path) -> None:
    """A copy of a database that others may be writing to, as it stands at one instant."""
    with closing(sqlite3.connect(source)) as whole, closing(sqlite3.connect(target)) as copy:
        whole.backup(copy)


def load_people(home: Path) -> bool:
    """Puts rows that were dumped into the database that is set up; false where there are none to put.

    Raises UsageError where it holds people already: theirs would be mixed with those of the backup.
    """
    dump = home / DUMP
    if not dump.exists():
        return False
    call_command("migrate", verbosity=0, interactive=False)
    if Person.objects.exists():
        raise UsageError(
            "this database holds people already",
            where="ANSWERBACK_DATABASE",
            next_step="name an empty database there and restore into a new folder",
        )
    call_command("loaddata", str(dump), verbosity=0)
    dump.unlink()
    return True
