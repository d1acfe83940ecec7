"""The playbook: an organisation's settings in one commented TOML file.

This module is the shape of it; `playbook_file` reads and writes the file and says which line is wrong. Everything has a
default, so an empty playbook is a valid one.
"""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from answerback.domain.kinds import ActionKind, EffortKind, Origin, Stance

DAY_SECONDS = 86_400


class _Section(BaseModel):
    """A table of the playbook: unknown keys are errors, values never change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Shift(_Section):
    """A stretch of working time on some weekdays; several make a split shift."""

    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...]
    start: time = Field(alias="from")
    end: time = Field(alias="to")


class Organisation(_Section):
    """Who we are."""

    name: str = ""
    own_domains: tuple[str, ...] = ()
    time_zone: str = "UTC"
    working_hours: tuple[Shift, ...] = ()
    fiscal_year_starts: Annotated[int, Field(ge=1, le=12)] = 1
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "EUR"


class Seller(_Section):
    """A rep named by hand, where no system lists them (or writes from addresses outside the own domains)."""

    email: str
    name: str = ""
    aliases: tuple[str, ...] = ()
    team: str = ""
    manager: str = ""
    time_zone: str = ""


class Privacy(_Section):
    """What never enters the log."""

    outside: Literal["known", "all"] = "known"
    keep_subjects: bool = False
    read_replies: bool = False
    exclude_folders: tuple[str, ...] = ()
    exclude_labels: tuple[str, ...] = ()
    exclude_addresses: tuple[str, ...] = ()
    exclude_sensitivity: tuple[str, ...] = ("personal", "private", "company-confidential")


class Play(_Section):
    """Which efforts are comparable, what can answer them, and for how long they may wait.

    An effort takes the first play whose stated conditions all fit it.
    """

    name: Annotated[str, Field(pattern=r"^[\w .:/&+-]+$")]
    kind: EffortKind | None = None
    subkind: str | None = None
    purpose: str | None = None
    step: str | None = None
    reactive: bool | None = None
    origin: Origin | None = None
    answered_by: tuple[ActionKind, ...]
    aim: tuple[ActionKind, ...]
    waiting_days: Annotated[float, Field(gt=0, le=3650)] = 14
    seen_on: tuple[str, ...] = ()
    counts: bool = True
    """False: shown among the efforts, never linked or rated."""

    @model_validator(mode="after")
    def _aim_is_an_answer(self) -> Play:
        stray = [kind.value for kind in self.aim if kind not in self.answered_by]
        if stray:
            raise ValueError(f"aim names {', '.join(stray)}, which answered_by does not")
        return self

    @property
    def waiting_seconds(self) -> int:
        """The waiting time in whole seconds."""
        return round(self.waiting_days * DAY_SECONDS)


class Registration(_Section):
    """A work item opened by the registering person shortly before an act is registration, not an effort."""

    subkinds: tuple[str, ...] = ()
    minutes: Annotated[int, Field(ge=0, le=1440)] = 10


class Stage(_Section):
    """A stage of the CRM, in order, the step of the chain it stands for, and the buyer act that proves it."""

    name: str
    step: str = ""
    requires: tuple[ActionKind, ...] = ()
    outcome: Literal["", "won", "lost"] = ""


class Dimension(_Section):
    """Something to group and drill by, taken from `attribute` records of that name."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    of: Literal["rep", "account", "contact", "deal", "event"]


class Policy(_Section):
    """How soon the seller's court should be left."""

    name: str
    after: tuple[ActionKind, ...]
    within_hours: Annotated[float, Field(gt=0)]
    working_time: bool = True


class ExchangeRate(_Section):
    """One unit of `currency` in the organisation's own, from that day on."""

    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    on: date
    rate: Annotated[float, Field(gt=0)]


class Target(_Section):
    """What a rep or team should reach in a period, where no system holds it."""

    metric: str
    period: Annotated[str, Field(pattern=r"^\d{4}(Q[1-4]|-\d{2}|-W\d{2})?$")]
    value: int
    rep: str = ""
    team: str = ""


class StanceRule(_Section):
    """A kind of act (and what its source calls it) whose stance is not the usual one."""

    kind: ActionKind
    subkind: str | None = None
    stance: Stance


class Keep(_Section):
    """Which old snapshots stay, so that "what did it say on Monday?" has an answer."""

    last: Annotated[int, Field(ge=1)] = 10
    daily: Annotated[int, Field(ge=0)] = 35
    monthly: Annotated[int, Field(ge=0)] = 13


class Playbook(_Section):
    """All settings of an organisation."""

    version: Literal[1] = 1
    organisation: Organisation = Organisation()
    rep: tuple[Seller, ...] = ()
    privacy: Privacy = Privacy()
    play: tuple[Play, ...] = ()
    registration: Registration = Registration()
    stage: tuple[Stage, ...] = ()
    dimension: tuple[Dimension, ...] = ()
    stance: tuple[StanceRule, ...] = ()
    policy: tuple[Policy, ...] = ()
    rate: tuple[ExchangeRate, ...] = ()
    target: tuple[Target, ...] = ()
    tenure_months: tuple[int, ...] = (6, 24)
    keep: Keep = Keep()
