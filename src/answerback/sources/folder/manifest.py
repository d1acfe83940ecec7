"""What a folder says of its files as a whole: `manifest.toml` beside them, or options of the load.

full = ["deal", "rep"]   # these files hold every deal and rep there is: what is absent is gone
encoding = "cp1252"
delimiter = ";"
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, field_validator

from answerback.domain.errors import SourceError, UsageError
from answerback.domain.records import RECORDS
from answerback.domain.toml_lines import parse
from answerback.domain.toml_mistakes import Mistake, Mistakes, not_allowed
from answerback.sources.tables import ReadOptions

MANIFEST: Final = "manifest.toml"
_OPTIONS: Final = ("full", "encoding", "delimiter", "sheet")


class Manifest(BaseModel):
    """Statements about all files of a folder."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    full: bool | tuple[str, ...] = ()
    """The record types of which the folder holds every one; true: all types it has."""
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""

    @field_validator("full")
    @classmethod
    def _known(cls, full: bool | tuple[str, ...]) -> bool | tuple[str, ...]:
        stray = [name for name in full if name not in RECORDS] if isinstance(full, tuple) else []
        if stray:
            raise Mistakes([Mistake((), f"full {not_allowed(name, tuple(RECORDS))}") for name in stray])
        return full

    def holds_all_of(self, record: str) -> bool:
        """Whether the folder holds every record of that type."""
        return self.full is True or (isinstance(self.full, tuple) and record in self.full)

    def read_options(self) -> ReadOptions:
        """How its files are read."""
        return ReadOptions(delimiter=self.delimiter, encoding=self.encoding, sheet=self.sheet)


def manifest_of(path: Path, options: Mapping[str, str]) -> Manifest:
    """The folder's manifest, where it has one, with the options of the load on top.

    Raises UsageError for an unknown option, SourceError for a manifest with mistakes.

    >>> manifest_of(Path("."), {"full": "deal, rep"}).full
    ('deal', 'rep')
    """
    stray = [name for name in options if name not in _OPTIONS]
    if stray:
        raise UsageError(f"folder has no option {stray[0]}", next_step=f"use one of: {', '.join(_OPTIONS)}")
    file = path / MANIFEST
    manifest = Manifest()
    if path.is_dir() and file.is_file():
        try:
            text = file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise SourceError("the manifest cannot be read", where=MANIFEST, next_step="save it as UTF-8") from error
        manifest = parse(text, Manifest, MANIFEST, SourceError)
    told: dict[str, object] = dict(options)
    if "full" in options:
        told["full"] = _full(options["full"])
    return manifest.model_copy(update=told)


def _full(text: str) -> bool | tuple[str, ...]:
    if text.strip().lower() in {"true", "yes", "1"}:
        return True
    if text.strip().lower() in {"false", "no", "0", ""}:
        return ()
    names = tuple(part.strip() for part in text.split(","))
    stray = [name for name in names if name not in RECORDS]
    if stray:
        raise UsageError(f"full {not_allowed(stray[0], tuple(RECORDS))}", next_step="write full=true or full=deal,rep")
    return names
