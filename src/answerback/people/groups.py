"""Fixed groups of reps, for organisations in which managers see no single person.

A group's sums are shown whole: by no filter, over no other reps. What two versions of groups have and have not in
common can be worked out by adding and subtracting what was shown; so whoever makes or changes a group is held to one
rule (`smallest_difference`): whatever sets of people all versions that were ever shown to anybody cut out of one
another, each holds at least five.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from datetime import date

from django.db import transaction

from answerback.people import audit
from answerback.people.models import Group, GroupVersion, Person

LEAST = 5
"""So many people at least are behind whatever can be worked out."""


class TooFew(Exception):
    """Fewer than five people could be worked out; `count` of them."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


def smallest_difference(versions: Iterable[Collection[str]]) -> int:
    """The size of the smallest set that sums over these sets tell apart from all others.

    People who are in exactly the same versions always come together in whatever is added and subtracted; people who
    differ in one version do not. So the sets that matter are those of people with the same memberships.

    >>> smallest_difference([{"a", "b", "c", "d", "e"}, {"a", "b", "c", "d", "e", "f"}])
    1
    >>> smallest_difference([{"a", "b"}, {"b", "c"}, {"a", "b", "c", "d"}])
    1
    >>> smallest_difference([])
    0
    """
    memberships: dict[str, list[int]] = defaultdict(list)
    for number, version in enumerate(versions):
        for each in set(version):
            memberships[each].append(number)
    return min(Counter(tuple(each) for each in memberships.values()).values(), default=0)


@transaction.atomic
def make(actor: Person, manager: Person, name: str, rep_ids: Collection[str], today: date) -> Group:
    """A new group. Raises TooFew where its sums would tell of fewer than five."""
    _check(rep_ids)
    group = Group.objects.create(manager=manager, name=name)
    GroupVersion.objects.create(group=group, valid_from=today, rep_ids=sorted(set(rep_ids)))
    audit.note(actor, "group made", manager.email)
    return group


@transaction.atomic
def change(actor: Person, group: Group, rep_ids: Collection[str], today: date) -> None:
    """Another membership from today on. Raises TooFew where old and new sums would tell of fewer than five."""
    _check(rep_ids)
    _close(group, today)
    GroupVersion.objects.create(group=group, valid_from=today, rep_ids=sorted(set(rep_ids)))
    audit.note(actor, "group changed", group.manager.email)


@transaction.atomic
def end(actor: Person | None, group: Group, today: date) -> None:
    """Nobody sees the group's sums from today on."""
    _close(group, today)
    audit.note(actor, "group ended", group.manager.email)


def current(today: date, manager: Person | None = None) -> list[GroupVersion]:
    """The versions that hold, by manager and name."""
    found = GroupVersion.objects.select_related("group__manager").order_by("group__manager__name", "group__name", "pk")
    if manager is not None:
        found = found.filter(group__manager=manager)
    return [each for each in found if each.holds(today)]


def _check(rep_ids: Collection[str]) -> None:
    shown = list(GroupVersion.objects.values_list("rep_ids", flat=True))
    if (count := smallest_difference([*shown, rep_ids])) < LEAST:
        raise TooFew(count)


def _close(group: Group, today: date) -> None:
    for version in group.versions.all():
        if version.holds(today):
            version.valid_to = today
            version.save(update_fields=["valid_to"])
