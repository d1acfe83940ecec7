"""`answerback backup` and `restore`: the workspace and its people in one file, and back."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from answerback import __version__
from answerback.cli.settings import Settings
from answerback.domain.errors import UsageError
from answerback.workspace.access import note_use
from answerback.workspace.backup import PEOPLE, Backup, restore, take

MEGABYTE = 1 << 20


def take_backup(settings: Settings, to: Path) -> None:
    """Writes a backup, and says what is in it."""
    home = settings.workspace().home
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="answerback-backup-") as folder:
        extra = _people(home.root, Path(folder))
        made = take(home, to, extra=extra, now=now, code_version=__version__)
    note_use(home, "backup", "", now=now)
    print(f"{to}: {_told(made)}.")
    print("It holds names, addresses and the secret: keep it as safe as the workspace.")
    print(f"To restore it: answerback --home NEW-FOLDER restore {to}")


def restore_backup(settings: Settings, file: Path) -> None:
    """Restores a backup into the folder of `--home`, which must be new or empty."""
    made = restore(file, settings.home)
    if (settings.home / PEOPLE / "people.json").exists():
        _load_people(settings.home)
    elif (settings.home / PEOPLE / "people.sqlite3").exists() and os.environ.get("ANSWERBACK_DATABASE"):
        raise UsageError(
            "this backup holds people in a file of their own, and not as rows of another database",
            where="ANSWERBACK_DATABASE",
            next_step="leave it empty and serve the folder, which is restored whole",
        )
    print(f"{settings.home}: {_told(made)}, taken {made.taken_at:%Y-%m-%d %H:%M} UTC by version {made.code_version}.")
    print(f"Next: answerback --home {settings.home} build (changes nothing if the version is the same), then serve")


def _told(made: Backup) -> str:
    return f"{len(made.files):,} files, {made.bytes / MEGABYTE:.1f} MB, all checksums right"


def _people(home: Path, folder: Path) -> dict[str, Path]:
    """A copy of people's data; none where nobody has ever served the workspace."""
    if not (home / PEOPLE).is_dir() and not os.environ.get("ANSWERBACK_DATABASE"):
        return {}
    _prepare(home)
    from answerback.web.running.keeping import copy_people

    return copy_people(folder)


def _load_people(home: Path) -> None:
    if not os.environ.get("ANSWERBACK_DATABASE"):
        raise UsageError(
            "this backup holds people as rows of another database",
            where="ANSWERBACK_DATABASE",
            next_step="name an empty database there and restore into a new folder",
        )
    _prepare(home)
    from answerback.web.running.keeping import load_people

    load_people(home)


def _prepare(home: Path) -> None:
    try:
        import django
    except ModuleNotFoundError as error:
        raise UsageError(
            f"people's data need {error.name}, which is not installed",
            where="answerback backup",
            next_step="pip install 'answerback[web]'",
        ) from error
    os.environ["ANSWERBACK_HOME"] = str(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "answerback.web.settings")
    django.setup()
