"""What the user said about a load of mail: the playbook's privacy, whose mailbox it is, this source's options."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from answerback.domain.errors import SourceError, UsageError
from answerback.domain.reading import Reading
from answerback.sources.addresses import Sellers, clean_address, host_of, is_free_mail, registrable_domain

OPTIONS: Final = {
    "own": "own addresses and domains, separated by commas",
    "owner": "the address of the person whose mailbox this is",
    "lists": "skip (mailing lists are counted, not kept) or keep (they are mail like any other)",
}
MOST_REMEMBERED: Final = 200_000


@dataclass(slots=True)
class Settings:
    """The settings of one load, in the form in which mails are held against them."""

    sellers: Sellers
    owner: str
    """The rep whose mailbox this is, canonical; empty where nobody said."""
    keep_lists: bool
    keep_all_outside: bool
    keep_subjects: bool
    read_replies: bool
    exported_at: datetime
    excluded_folders: frozenset[str]
    excluded_labels: frozenset[str]
    excluded_sensitivity: frozenset[str]
    rep_names: dict[str, str]
    _excluded_addresses: frozenset[str]
    _excluded_hosts: frozenset[str]
    _knows: Callable[[str, str], bool]
    _known: dict[str, bool] = field(default_factory=dict)

    @classmethod
    def of(cls, reading: Reading) -> Settings:
        """The settings of a reading.

        Raises UsageError for an option that does not exist or has no such value, SourceError where no seller is known.
        """
        for name in reading.options:
            if name not in OPTIONS:
                choices = "; ".join(f"{each}: {meaning}" for each, meaning in OPTIONS.items())
                raise UsageError(f"a mailbox has no option {name!r}", where="--set", next_step=f"use one of {choices}")
        lists = reading.options.get("lists", "skip")
        if lists not in ("skip", "keep"):
            raise UsageError(
                "lists is neither skip nor keep", where="--set lists", next_step="write lists=keep or leave it out"
            )
        owner = clean_address(reading.options.get("owner", ""))
        if reading.options.get("owner") and not owner:
            raise UsageError("the owner is not an address", where="--set owner", next_step="write owner=name@domain")
        extra = reading.options.get("own", "").replace(",", " ").split()
        sellers = Sellers.from_playbook(reading.playbook, [*extra, owner] if owner else extra)
        if not sellers.by_address and not sellers.own_domains:
            raise SourceError(
                "nothing says who sells, so no mail can be told to be an effort or an answer",
                where="mailbox",
                next_step="set own_domains in the playbook, or give --set owner=name@domain",
            )
        privacy = reading.playbook.privacy
        excluded = [each.strip().lower() for each in privacy.exclude_addresses]
        return cls(
            sellers=sellers,
            owner=(sellers.rep_of(owner) or "") if owner else "",
            keep_lists=lists == "keep",
            keep_all_outside=privacy.outside == "all",
            keep_subjects=privacy.keep_subjects,
            read_replies=privacy.read_replies,
            exported_at=reading.exported_at,
            excluded_folders=_folded(privacy.exclude_folders),
            excluded_labels=_folded(privacy.exclude_labels),
            excluded_sensitivity=_folded(privacy.exclude_sensitivity),
            rep_names={clean_address(each.email): each.name for each in reading.playbook.rep if each.name},
            _excluded_addresses=frozenset(clean_address(each) for each in excluded if "@" in each[1:]),
            _excluded_hosts=frozenset(host_of(each) for each in excluded if "@" not in each[1:]),
            _knows=reading.knows,
        )

    def excludes(self, address: str) -> bool:
        """Whether mails with this address never become records: it, or the domain it is under, is excluded."""
        if address in self._excluded_addresses:
            return True
        if not self._excluded_hosts:
            return False
        labels = host_of(address).split(".")
        return any(".".join(labels[start:]) in self._excluded_hosts for start in range(len(labels)))

    def knows(self, address: str) -> bool:
        """Whether an outside party is a known contact, or works for a known account; asked once for each address."""
        if self.keep_all_outside:
            return True
        known = self._known.get(address)
        if known is None:
            known = self._knows("email", address)
            if not known and not is_free_mail(address):
                domain = registrable_domain(address)
                known = bool(domain) and self._knows("domain", domain)
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            self._known[address] = known
        return known


def _folded(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name.strip().casefold() for name in names if name.strip())
