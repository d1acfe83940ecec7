"""The records of the organisation: its choice of visibility, its people, their roles, who reports to whom, who looked.

A person is tied to the log by `rep_id`, the id that the systems know them by. Roles and reporting lines hold from a day
to a day, so that a manager sees of somebody what happened while they led them, and no more.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Visibility(models.TextChoices):
    """What managers see of their people. There is no default: the organisation chooses."""

    PERSON_FIRST = "person_first", _("The person first, then their manager")
    GROUPS = "groups", _("Managers see groups of at least five")


class Organisation(models.Model):
    """The one organisation of this installation."""

    name = models.CharField(max_length=200)
    visibility = models.CharField(max_length=20, choices=Visibility, blank=True)
    """Empty until somebody has chosen: until then nobody sees anybody else."""
    chosen_at = models.DateTimeField(null=True, blank=True)
    chosen_by = models.ForeignKey("Person", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    practice = models.BooleanField(default=False)
    """A made-up company: people of each role can be tried with one click."""

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What somebody is here for."""

    REP = "rep", _("Rep")
    MANAGER = "manager", _("Manager")
    LEADER = "leader", _("Leader")
    OPERATIONS = "operations", _("Operations")
    ENABLEMENT = "enablement", _("Enablement")
    ADMIN = "admin", _("Admin")


class People(BaseUserManager["Person"]):
    """How people are made."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Person:
        """Somebody who signs in with an address."""
        person = self.model(email=self.normalize_email(email).lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def get_by_natural_key(self, username: str | None) -> Person:
        """By address, however it is capitalised."""
        return self.get(email__iexact=username)


class Person(AbstractBaseUser):
    """Somebody who can sign in."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    rep_id = models.CharField(max_length=320, blank=True, db_index=True)
    """The id by which the log knows them; empty for who sells nothing and leads nobody."""
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    told_at = models.DateTimeField(null=True, blank=True)
    """When they said last that they know which visibility the organisation has chosen."""

    objects: ClassVar[People] = People()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name or self.email

    def roles_on(self, day: date) -> frozenset[Role]:
        """The roles that somebody has on a day."""
        return frozenset(Role(each.role) for each in self.appointments.all() if each.holds(day))


def known_as(rep_ids: Collection[str]) -> str:
    """Under which of these ids of one person that person has an account; empty where they have none."""
    found = Person.objects.filter(rep_id__in=rep_ids).order_by("pk").values_list("rep_id", flat=True)
    return found.first() or ""


class Dated(models.Model):
    """Something that holds from a day to a day, the second excluded; None: without end."""

    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        """No table of its own."""

        abstract = True

    def holds(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


class Appointment(Dated):
    """A role that somebody has for a time."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="appointments")
    role = models.CharField(max_length=20, choices=Role)

    class Meta:
        """What the table holds to."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "role", "valid_from"], name="one_appointment_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.role}"


class Reporting(Dated):
    """That a rep reports to a manager for a time. What the systems say only proposes; an admin confirms."""

    rep_id = models.CharField(max_length=320, db_index=True)
    manager = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="led")
    confirmed_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        """What the table holds to."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rep_id", "manager", "valid_from"], name="one_reporting_line_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.rep_id} reports to {self.manager}"


class Look(models.Model):
    """That somebody looked at another person's page."""

    viewer = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="looks")
    rep_id = models.CharField(max_length=320, db_index=True)
    page = models.CharField(max_length=40)
    day = models.DateField()
    first_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """What the table holds to."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["viewer", "rep_id", "page", "day"], name="one_look_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.viewer} at {self.page} of {self.rep_id}"


class Noted(models.Model):
    """A line of the audit log: who did what. It is never changed and never holds content."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    actor = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    what = models.CharField(max_length=40)
    about = models.CharField(max_length=320, blank=True)

    class Meta:
        """What the table holds to."""

        indexes: ClassVar = [models.Index(fields=["what", "at"], name="noted_what_at", condition=~Q(what=""))]

    def __str__(self) -> str:
        return f"{self.at}: {self.what}"


class Invitation(models.Model):
    """That somebody may make themselves an account, once, with a link that only they were given."""

    email = models.EmailField()
    name = models.CharField(max_length=200, blank=True)
    rep_id = models.CharField(max_length=320, blank=True)
    roles = models.JSONField(default=list)
    hashed = models.CharField(max_length=64, unique=True)
    """Of the key in the link; the key itself is kept nowhere."""
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    """Who has an account already, and is given a new password only."""
    invited_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.email

    def stands(self, now: datetime) -> bool:
        """Whether it can still be taken."""
        return self.taken_at is None and self.withdrawn_at is None and now < self.expires_at


class ApiToken(models.Model):
    """With which a program asks in somebody's name, for what they may see themselves and no more."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    hashed = models.CharField(max_length=64, unique=True)
    writes = models.BooleanField(default=False)
    """Whether it may also write efforts and buyer actions down."""
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Group(models.Model):
    """Reps whose sums a manager sees, where managers see groups."""

    manager = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="groups_led")
    name = models.CharField(max_length=80)

    def __str__(self) -> str:
        return self.name


class GroupVersion(Dated):
    """Who is in a group from a day to a day. Versions are never changed, and kept: what was shown can be subtracted."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="versions")
    rep_ids = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.group} from {self.valid_from}"


class ProposedHappening(models.Model):
    """That somebody says what touched many at once. It reaches the log when operations or a leader confirm it."""

    text = models.CharField(max_length=200)
    scope = models.CharField(max_length=160, default="all")
    """Whom it touched: all, or name=value of a dimension."""
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    """The last day; None: it holds on."""
    proposed_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    proposed_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    confirmed = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.text


class Erasure(models.Model):
    """That somebody asked to be forgotten. It goes with their account once that is done."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="erasure")
    asked_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.person} asks to be forgotten"
