"""Whose address is it, and of which company: the one place where mailbox, calendar and CRM sources decide identity.

A company is its registrable domain (public suffix list). A free-mail provider is no company, so behind its domains
every address is a person of their own. A seller is an address of an own domain (subdomains included), a rep listed in
the playbook, or one of a listed rep's aliases. Nothing else is guessed: two addresses that no rule joins stay apart.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final
from urllib.parse import unquote

from publicsuffixlist import PublicSuffixList

from answerback.domain.errors import PlaybookError, UsageError
from answerback.domain.playbook import Playbook

LONGEST_ADDRESS: Final = 320
"""Characters: 64 before the @, 255 after it (RFC 5321, 4.5.3.1)."""

_ADDRESS: Final = re.compile(r"[^\s@<>\"\\(),:;\[\]\x00-\x1f\x7f]+@[^\s@<>\"\\(),:;/\x00-\x1f\x7f]+")


def clean_address(text: str) -> str:
    """The address in a header or calendar value, lower-case, its host in ASCII; empty where it is none.

    `mailto:`, angle brackets and percent signs are undone; a display name is not: take it off before.

    >>> (
    ...     clean_address("mailto:Ann%40Example.COM"),
    ...     clean_address("<ann@bücher.example>"),
    ...     clean_address("/O=ACME/CN=ANN"),
    ... )
    ('ann@example.com', 'ann@xn--bcher-kva.example', '')
    """
    return _cleaned(text.strip()[: 3 * LONGEST_ADDRESS])


@lru_cache(maxsize=1 << 14)
def _cleaned(bare: str) -> str:
    if bare[:7].lower() == "mailto:":
        bare = bare[7:]
        # What follows a question mark are header fields of the mail to write (RFC 6068), not the address.
        bare = unquote(bare.partition("?")[0])
    bare = bare.strip().removeprefix("<").removesuffix(">").strip()
    if len(bare) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(bare):
        return ""
    local, _, host = bare.rpartition("@")
    clean = _clean_host(host)
    return f"{local.lower()}@{clean}" if clean else ""


def host_of(address_or_host: str) -> str:
    """The host, lower-case and in ASCII: what follows the last @, or the whole.

    >>> host_of("Ann@Mail.Example.com."), host_of("example.com")
    ('mail.example.com', 'example.com')
    """
    return _clean_host(address_or_host.rpartition("@")[2])


def registrable_domain(address_or_host: str) -> str:
    """The domain that somebody registered, of an address or a host; empty where there is none to see.

    Method: the public suffix list. A host that is itself a suffix of the list's private part (the operator of a hosting
    service) is its own domain; an IP address, a single label and a bare public suffix have none.

    >>> registrable_domain("ann@mail.sales.example.co.uk"), registrable_domain("shop.example.com")
    ('example.co.uk', 'example.com')
    >>> registrable_domain("ann@localhost"), registrable_domain("ann@192.0.2.1"), registrable_domain("github.io")
    ('', '', 'github.io')
    """
    return _registrable(host_of(address_or_host))


def is_free_mail(domain: str) -> bool:
    """Whether addresses under this domain belong to persons of no common company (`free_mail.txt`).

    >>> is_free_mail("gmail.com"), is_free_mail("ann@gmail.com"), is_free_mail("example.com")
    (True, True, False)
    """
    host = host_of(domain)
    return host in _free_mail() or _registrable(host) in _free_mail()


def account_id_of(address: str) -> str:
    """The id of the company behind an address: its registrable domain, or the person's address where there is none.

    >>> account_id_of("ann@mail.example.com"), account_id_of("Ann@GMail.com"), account_id_of("root@localhost")
    ('example.com', 'ann@gmail.com', 'root@localhost')
    """
    clean = clean_address(address)
    domain = registrable_domain(clean)
    return domain if domain and not is_free_mail(clean) else clean


@dataclass(frozen=True, slots=True)
class Sellers:
    """Who sells: addresses with the rep they belong to, and domains that are our own."""

    by_address: Mapping[str, str] = field(default_factory=dict)
    """Lower-case address to the rep's canonical address, aliases included."""
    own_domains: frozenset[str] = frozenset()

    @classmethod
    def from_playbook(cls, playbook: Playbook, extra: Iterable[str] = ()) -> Sellers:
        """The sellers of a playbook, and `extra` own domains or rep addresses given with a load.

        Raises PlaybookError or UsageError where a free-mail domain is called our own, an address belongs to two reps,
        or an entry is neither a domain nor an address.

        >>> sellers = Sellers.from_playbook(Playbook(), extra=["acme.example", "ann@gmail.com"])
        >>> sellers.rep_of("Bob@mail.acme.example"), sellers.rep_of("ann@gmail.com"), sellers.rep_of("zoe@gmail.com")
        ('bob@mail.acme.example', 'ann@gmail.com', None)
        """
        by_address: dict[str, str] = {}
        for seller in playbook.rep:
            canonical = _seller_address(seller.email)
            for address in (canonical, *map(_seller_address, seller.aliases)):
                if by_address.setdefault(address, canonical) != canonical:
                    raise PlaybookError(
                        f"{address} belongs to two reps",
                        where="playbook, [[rep]]",
                        next_step="take it from one of them",
                    )
        domains = {_own_domain(domain, where="playbook, own_domains") for domain in playbook.organisation.own_domains}
        for entry in (each.strip() for each in extra):
            if "@" in entry and not entry.startswith("@"):
                address = clean_address(entry)
                if not address:
                    raise UsageError("an own address is not an address", where="own", next_step="write name@domain")
                by_address.setdefault(address, address)
            elif entry:
                domains.add(_own_domain(entry, where="own"))
        return cls(MappingProxyType(by_address), frozenset(domains))

    def rep_of(self, address: str) -> str | None:
        """The canonical lower-case address of the rep that an address belongs to; None for an outside party."""
        clean = clean_address(address)
        if clean in self.by_address:
            return self.by_address[clean]
        return clean if clean and self._is_own_host(clean.rpartition("@")[2]) else None

    def _is_own_host(self, host: str) -> bool:
        labels = host.split(".")
        return any(".".join(labels[start:]) in self.own_domains for start in range(len(labels)))


def _seller_address(text: str) -> str:
    address = clean_address(text)
    if not address:
        raise PlaybookError(
            "a rep's address is not an address", where="playbook, [[rep]]", next_step="write name@domain"
        )
    return address


def _own_domain(text: str, *, where: str) -> str:
    host = host_of(text.strip())
    kind = UsageError if where == "own" else PlaybookError
    if not host or "." not in host:
        raise kind("an own domain is not a domain", where=where, next_step="write it like example.com")
    if is_free_mail(host):
        raise kind(
            f"{host} is a free-mail domain: everybody who writes from there would be a seller",
            where=where,
            next_step="list the reps' own addresses instead",
        )
    return host


def _clean_host(host: str) -> str:
    bare = host.strip().rstrip(".").lower()
    if bare.isascii():
        return bare
    try:
        return bare.encode("idna").decode("ascii")
    except UnicodeError:
        # Not a name that could be registered; kept as it stands, so that it is at least the same each time.
        return bare


@lru_cache(maxsize=1 << 16)
def _registrable(host: str) -> str:
    if not host or _is_ip(host):
        return ""
    whole, icann = _suffixes()
    return whole.privatesuffix(host) or icann.privatesuffix(host) or ""


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]").removeprefix("ipv6:"))
    except ValueError:
        return False
    return True


@cache
def _suffixes() -> tuple[PublicSuffixList, PublicSuffixList]:
    return PublicSuffixList(), PublicSuffixList(only_icann=True)


@cache
def _free_mail() -> frozenset[str]:
    text = (files("answerback.sources") / "free_mail.txt").read_text(encoding="utf-8")
    return frozenset(line for line in map(str.strip, text.splitlines()) if line and not line.startswith("#"))
