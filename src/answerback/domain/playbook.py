"""The playbook: an organisation's settings in one commented TOML file.

This module is the shape of it; `playbook_checks` holds what several settings must agree on, `playbook_file` reads and
writes the file and says which line is wrong. Everything has a default, so an empty file is a valid playbook.
`docs/lookup/playbook.md` is generated from the texts below the fields.
"""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from answerback.domain import playbook_checks as checks
from answerback.domain.kinds import ActionKind, EffortKind, Origin, Stance
from answerback.domain.public_holidays import holidays_code
from answerback.domain.toml_mistakes import Mistake

DAY_SECONDS = 86_400

Days = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$", examples=["EUR"])]
Domain = Annotated[str, BeforeValidator(checks.domain)]
Address = Annotated[str, BeforeValidator(checks.address)]
Zone = Annotated[str, BeforeValidator(checks.time_zone)]
HolidaysCode = Annotated[str, BeforeValidator(holidays_code)]
CountedKind = Annotated[ActionKind, BeforeValidator(checks.counted_kind)]
Time = Annotated[time, BeforeValidator(checks.time_of_day)]
Day = Annotated[date, BeforeValidator(checks.day)]


class _Section(BaseModel):
    """A table of the playbook: unknown keys are errors, values never change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False)


class Shift(_Section):
    """A stretch of working time on some weekdays; several make a split shift."""

    days: Annotated[tuple[Days, ...], Field(min_length=1)]
    """Weekdays it holds on: mon, tue, wed, thu, fri, sat, sun."""
    start: Time = Field(alias="from")
    """When work begins, such as 09:00:00, in the rep's time zone."""
    end: Time = Field(alias="to")
    """When work ends; 00:00:00 is midnight. A shift that passes midnight is written as two."""


class Organisation(_Section):
    """Who we are."""

    name: str = ""
    """Shown in reports."""
    own_domains: tuple[Domain, ...] = ()
    """Your own e-mail domains. Whoever writes from them is a seller; everybody else is outside."""
    time_zone: Zone = "UTC"
    """IANA name, such as Europe/Berlin. Weeks, months and quarters begin at midnight there."""
    working_hours: tuple[Shift, ...] = ()
    """When work is done. None: every hour of every day."""
    holidays: HolidaysCode = ""
    """Whose public holidays are kept: a country or one of its regions, such as DE, DE-BW or US-NY. Empty or none: none
    are."""
    fiscal_year_starts: Annotated[int, Field(ge=1, le=12)] = 1
    """The month in which the fiscal year begins, 1 to 12. The fiscal year is named after the year it ends in."""
    currency: Currency = "EUR"
    """ISO 4217 code of the currency that totals are shown in."""


class Seller(_Section):
    """A rep named by hand, where no system lists them (or writes from addresses outside the own domains)."""

    email: Address
    """The address they sell from."""
    name: str = ""
    """Their name."""
    aliases: tuple[Address, ...] = ()
    """Their other addresses."""
    team: str = ""
    """Their team."""
    manager: str = ""
    """Their manager's address."""
    time_zone: Annotated[str, BeforeValidator(checks.time_zone_or_none)] = ""
    """Their time zone, where it is not the organisation's."""
    working_hours: tuple[Shift, ...] = ()
    """When they work, where it is not the organisation's hours: part time, another shift."""
    holidays: HolidaysCode = ""
    """Whose public holidays they keep, where it is not the organisation's: DE, DE-BW, US-NY; none: they keep none."""


class Privacy(_Section):
    """What never enters the log."""

    outside: Literal["known", "all"] = "known"
    """`known`: mail and meetings are kept only with people or companies that another source (a CRM) lists. `all`: with
    everybody outside."""
    keep_subjects: bool = False
    """Whether subjects of mails and meetings are kept. Their text never is."""
    read_replies: bool = False
    """Whether replies are read, in memory, to tell a refusal or a question. Only that one word is kept."""
    exclude_folders: tuple[str, ...] = ()
    """Mail folders that are never read."""
    exclude_labels: tuple[str, ...] = ()
    """Mail labels and calendar categories whose items are never kept."""
    exclude_addresses: tuple[str, ...] = ()
    """Addresses whose mails and meetings are never kept."""
    exclude_sensitivity: tuple[str, ...] = ("personal", "private", "company-confidential")
    """Sensitivity marks whose mails and meetings are never kept."""


class Play(_Section):
    """Which efforts are comparable, what can answer them, and for how long they may wait.

    An effort takes the first play whose stated conditions all fit it. The build tells variants apart by itself: what
    the effort was for, the step, whether it answers a buyer, whether a sequence made it.
    """

    name: Annotated[str, Field(pattern=r"^[\w .:/&+-]+$", examples=["first call"])]
    """Shown in every answer. Letters, digits, spaces and . : / & + - only."""
    kind: EffortKind | None = None
    """Condition: the channel."""
    subkind: str | None = None
    """Condition: what the source calls it."""
    purpose: str | None = None
    """Condition: what it was for, such as first_touch, follow_up, proposal."""
    step: str | None = None
    """Condition: the step of the chain, from the deal's stage then."""
    reactive: bool | None = None
    """Condition: true for efforts that answer a buyer, false for the others."""
    origin: Origin | None = None
    """Condition: made by `hand` or by a `sequence`."""
    answered_by: tuple[CountedKind, ...]
    """What a buyer can do that answers it at all, a refusal included. Nothing else is ever linked to it."""
    aim: tuple[CountedKind, ...]
    """Those among them that mean it worked. An act that is a refusal never does."""
    waiting_days: Annotated[float, Field(gt=0, le=3650)] = 14
    """How many days it may wait for its answer. What answers it by proof is linked whenever it comes, but after this
    time it no longer counts."""
    seen_on: tuple[str, ...] = ()
    """Channels on which its answer would show: email, calendar, call, offer, form, message, visit. It counts as seen
    where one of them was loaded. None: only where a source covers every channel."""
    counts: bool = True
    """False: shown among the efforts, never linked or rated."""

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Play:
        checks.settle(checks.play_mistakes(self))
        return self

    @property
    def waiting_seconds(self) -> int:
        """The waiting time in whole seconds."""
        return round(self.waiting_days * DAY_SECONDS)


class Registration(_Section):
    """A work item opened by the registering person shortly before an act is registration, not an effort."""

    subkinds: tuple[str, ...] = ()
    """What the source calls such work items. None: nothing is taken for registration."""
    minutes: Annotated[int, Field(ge=0, le=1440)] = 10
    """How long before the act, at most."""


class Stage(_Section):
    """A stage of the CRM, in order, the step of the chain it stands for, and the buyer act that proves it."""

    name: str
    """As the CRM writes it."""
    step: str = ""
    """The step of the chain it stands for, where that is not its name; several stages may share one."""
    requires: tuple[CountedKind, ...] = ()
    """Buyer acts, one of which must be there for the stage to be believed."""
    outcome: Literal["", "won", "lost"] = ""
    """`won` or `lost` for the stages that end a deal."""


class Dimension(_Section):
    """Something to group and drill by, taken from `attribute` records of that name."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", examples=["lead_source"])]
    """The attribute's name."""
    of: Literal["rep", "account", "contact", "deal", "event"]
    """Whose attribute it is."""


class Policy(_Section):
    """How soon the seller's court should be left. Where several fit an act, each is held to its own time."""

    name: str
    """Shown where it is missed."""
    after: Annotated[tuple[CountedKind, ...], Field(min_length=1)]
    """Buyer acts that put the ball in the seller's court, a refusal such as no_show among them where it calls for
    something."""
    subkinds: tuple[str, ...] = ()
    """Only where the source calls the act one of these, such as chat. None: whatever it is called."""
    steps: tuple[str, ...] = ()
    """Only at these steps of the chain. None: at any, and without a deal."""
    within_hours: Annotated[float, Field(gt=0)] | None = None
    """How long it may stay there, in hours. Either this or within_minutes."""
    within_minutes: Annotated[float, Field(gt=0)] | None = None
    """How long it may stay there, in minutes."""
    working_time: bool = True
    """Whether only the working time of the rep whose turn it is counts: their hours, time zone, public holidays and
    absences."""
    clock: Literal["act", "assignment"] = "act"
    """From when: the `act` itself; or, where it comes later, the `assignment`, the instant at which the rep was told
    that the account or deal is theirs. Nobody is late for what they had not been given."""
    settled_by: tuple[str, ...] = ()
    """What settles it: kinds of effort, or what efforts are for, such as proposal. None: any effort by hand toward
    that person or deal."""

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Policy:
        checks.settle(checks.policy_mistakes(self))
        return self

    @property
    def within_seconds(self) -> int:
        """How long the ball may stay in the seller's court, in whole seconds."""
        return round((self.within_hours or 0) * 3600 + (self.within_minutes or 0) * 60)

    def settled_with(self, kind: str, purpose: str | None) -> bool:
        """Whether an effort by hand of a kind and purpose is what the policy asks for."""
        return not self.settled_by or kind in self.settled_by or purpose in self.settled_by


class Court(_Section):
    """Whose turn it is, and when a chain counts as quiet."""

    quiet_below: Annotated[float, Field(gt=0, lt=1)] = 0.2
    """A buyer's turn counts as quiet once the chance that the next step still comes, by that step's own history, is
    below this."""
    promises: bool = True
    """Whether what the seller promised for a day (`promise` records) is a ball of theirs from that day on."""


class ExchangeRate(_Section):
    """One unit of `currency` in the organisation's own, from that day on."""

    currency: Currency
    """The other currency."""
    on: Day
    """The first day it holds; until a later one of the same currency."""
    rate: Annotated[float, Field(gt=0)]
    """What one unit is worth."""


class Target(_Section):
    """What a rep or team should reach in a period, where no system holds it."""

    metric: str
    """What is counted."""
    period: Annotated[str, Field(pattern=r"^\d{4}(Q[1-4]|-\d{2}|-W\d{2})?$", examples=["2026Q1", "2026-03"])]
    """2026, 2026Q1, 2026-03 or 2026-W12."""
    value: int
    """The target; money in minor units."""
    rep: str = ""
    """Whose: a rep's address."""
    team: str = ""
    """Or a team's."""


class StanceRule(_Section):
    """A kind of act (and what its source calls it) whose stance is not the usual one."""

    kind: CountedKind
    """The buyer act."""
    subkind: str | None = None
    """Only where the source calls it this."""
    stance: Stance
    """advance, neutral or retreat."""


class Alarms(_Section):
    """What counts as an answer where a rep's touches are watched for changes."""

    basis: tuple[Literal["contact"], ...] = ()
    """What counts besides proof: `contact`, an act of the very buyer who was touched. It is used only while it passes
    its own test: such acts must be more frequent after touches than before them, and than at touches moved by whole
    weeks. Otherwise proof alone counts, and `answerback changes` says so. Never the deal or the account."""


class Findings(_Section):
    """Who sees what was found, and when."""

    first_look_working_days: Annotated[int, Field(ge=1, le=20)] = 2
    """For how many working days a finding is the rep's alone before their manager sees it. Where no working hours are
    stated, Monday to Friday are worked."""


class Keep(_Section):
    """Which old snapshots stay, so that "what did it say on Monday?" has an answer."""

    last: Annotated[int, Field(ge=1)] = 10
    """The newest ones."""
    daily: Annotated[int, Field(ge=0)] = 35
    """The last one of each of so many days."""
    monthly: Annotated[int, Field(ge=0)] = 13
    """The last one of each of so many months."""


class Playbook(_Section):
    """All settings of an organisation."""

    version: Literal[1] = 1
    """The form of this file."""
    organisation: Organisation = Organisation()
    rep: tuple[Seller, ...] = ()
    privacy: Privacy = Privacy()
    play: tuple[Play, ...] = ()
    registration: Registration = Registration()
    stage: tuple[Stage, ...] = ()
    dimension: tuple[Dimension, ...] = ()
    stance: tuple[StanceRule, ...] = ()
    policy: tuple[Policy, ...] = ()
    court: Court = Court()
    rate: tuple[ExchangeRate, ...] = ()
    target: tuple[Target, ...] = ()
    tenure_months: tuple[Annotated[int, Field(gt=0)], ...] = (6, 24)
    """Where the tenure bands of reps part, in months: three bands by default."""
    alarms: Alarms = Alarms()
    findings: Findings = Findings()
    keep: Keep = Keep()

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Playbook:
        checks.settle(checks.playbook_mistakes(self))
        return self

    def warnings(self) -> tuple[Mistake, ...]:
        """What is allowed and probably not meant, each with the key where it shows."""
        return tuple(checks.playbook_warnings(self))
