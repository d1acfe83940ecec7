"""What somebody wrote and did not share stands on no page, in no export, mail or answer to a program but their own.

Every address of the application is asked for by people of each role, by programs in their name, and by nobody in
particular. Who is told a text is exactly who may read it, its owner among them: so the walk is not blind.
"""

from __future__ import annotations

import io
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from answerback.analysis.behind import touches_behind
from answerback.analysis.lookback.replaying import Lookback
from answerback.analysis.together.us import Us
from answerback.people.learning import surveys
from answerback.people.learning.digests import Digest, key_to_end
from answerback.people.models import Noted, Person
from answerback.people.tokens import make_token
from answerback.web.answering import tasks, weekly
from answerback.web.answering.board import board_of
from answerback.web.answering.desk import desk
from answerback.web.answering.leading import LEADING
from answerback.web.answering.practising import RUTS
from answerback.web.answering.weekly import Replayed, Weekly
from answerback.web.mailing.contents import contents_of
from answerback.web.mailing.letters import letter
from answerback.web.rights import Right
from answerback.workspace.access import owner_scope
from tests.web.addresses import Ids, addresses
from tests.web.planted import TYPED, Planted, Planter

OWNER, PEER, MANAGER, OTHER_MANAGER = "Oskar Ricci", "Nadia Winkler", "Kofi Novak", "Lena Uribe"
LEADER, OPERATIONS, ENABLEMENT, ADMIN = "Jana Sato", "Revenue operations", "Enablement", "Admin"
EVERYBODY = (OWNER, PEER, MANAGER, OTHER_MANAGER, LEADER, OPERATIONS, ENABLEMENT, ADMIN)
NOBODY = "signed out"
TAKES = ("debriefs/", "lessons/", "practice/", "talks/", "commitments/", "surveys/")
"""Beginnings of addresses to which others than the owner send something, too: a form that is refused is a page."""
Place = tuple[str, str]
"""How something is asked for, and at which address."""


@pytest.fixture
def worked(practice: dict[str, Person], everybody: Us) -> None:
    """Nothing that pages wait for is still being worked out; the past year brought nothing."""
    at = desk()
    weekly.keep(at, Weekly.US, everybody)
    weekly.keep(at, Weekly.LOOKBACK, Replayed(Lookback(date(2026, 1, 5), date(2026, 10, 5), (), 9000), {}))
    tasks.keep(at, RUTS, ())
    tasks.work_out(at, LEADING)
    cache.clear()


class Walk:
    """Goes where it is told to as somebody, and notes which of the texts stand there."""

    def __init__(self, people: dict[str, Person], planted: Planted) -> None:
        self._people, self._planted = people, planted
        self._browsers = {name: self._browser(name) for name in (*EVERYBODY, NOBODY)}
        self._programs = {name: [self._program(name, writes) for writes in (False, True)] for name in EVERYBODY}

    def told(self, places: Iterable[Place]) -> dict[str, dict[str, set[Place]]]:
        """By text and whom it was told to, where. That an address itself is told again says nothing new."""
        told: dict[str, dict[str, set[Place]]] = defaultdict(lambda: defaultdict(set))
        for place in places:
            for name in self._browsers:
                for text in self._texts(name, place):
                    for each in self._planted.told_in(text.replace(_path(place), "")):
                        told[each][name].add(place)
        return told

    def _texts(self, name: str, place: Place) -> Iterator[str]:
        how, address = place
        match how:
            case "letter" if name != NOBODY:
                yield from letters(self._people[name], Digest(address))
            case "program" if name != NOBODY:
                for client in self._programs[name]:
                    yield from texts(client.get(address), address)  # type: ignore[arg-type]
            case "send" if name != OWNER:
                yield from texts(self._browsers[name].post(address), address)  # type: ignore[arg-type]
            case "get" | "post":
                yield from texts(getattr(self._browsers[name], how)(address), address)

    def _browser(self, name: str) -> Client:
        client = Client()
        if name != NOBODY:
            client.force_login(self._people[name])
        return client

    def _program(self, name: str, writes: bool) -> Client:
        token = make_token(self._people[name], "a program's", writes=writes, days=1, now=datetime.now(UTC))
        return Client(headers={"Authorization": f"Bearer {token}"})


def _path(place: Place) -> str:
    return place[1].partition("?")[0]


def texts(response: HttpResponse, address: str) -> Iterator[str]:
    """What an answer says, whatever form it has."""
    assert response.status_code < 500, f"{address}: {response.status_code}"
    content, kind = b"".join(response), response.headers.get("Content-Type", "")
    yield str(response.headers)
    if kind == "application/zip":
        with zipfile.ZipFile(io.BytesIO(content)) as pack:
            yield from (pack.read(each).decode() for each in pack.namelist())
    elif kind.endswith("parquet"):
        yield str(pq.read_table(io.BytesIO(content)).to_pylist())
    elif not kind.startswith("image/png"):
        yield content.decode()


def letters(person: Person, digest: Digest) -> Iterator[str]:
    """A digest of somebody as it would go out, whether or not they chose it."""
    contents = contents_of(desk(), person, digest)
    if contents is not None:
        for part in letter(person, contents, "https://answerback.example").message().walk():
            yield str(part.items())
            payload = part.get_payload(decode=True)
            if part.get_content_maintype() == "text" and isinstance(payload, bytes):
                yield payload.decode()


def places(planter: Planter) -> list[Place]:
    """Everywhere: addresses, what is sent to them, own data as a file, answers to programs, mails."""
    ids = there_is(planter)
    found = list(addresses(ids, questions(planter)))
    takes = [address for address, _ in found if address[1:].startswith(TAKES) and any(map(str.isdigit, address))]
    return [
        *(("program" if right is Right.TOKEN else "get", address) for address, right in found),
        ("post", "/me/data/"),
        *(("send", address) for address in takes),
        *(("letter", each) for each in Digest),
    ]


def there_is(planter: Planter) -> Ids:
    """Ids of what is there, beside what was planted: by the beginning of an address."""
    owner, numbers = planter.owner, planter.planted.numbers
    key = desk().roster().key_of(owner.rep_id)
    assert key is not None
    with desk().reading() as reader:
        touch = touches_behind(reader, owner_scope("test").only(key), {}, most=1).rows.to_pylist()[0]
    poll = surveys.put(planter.manager, "confident", planter.today, 7)
    assert poll is not None
    about = {each.finding.subject.kind: each.finding.finding_id for each in board_of(desk()).gathered.findings}
    findings, deals = [*about.values(), planter.planted.marks["finding"]], [*numbers["deals/"], planter.deal]
    return numbers | {
        "mirror/": [owner.rep_id, planter.peer.rep_id],
        "findings/": findings,
        "events/": [touch["effort_id"]],
        "deals/": deals,
        "companies/": [touch["account_id"]],
        "prep/deals/": [planter.deal],
        "data/definitions/": ["effort"],
        "people/": [str(each.pk) for each in (owner, planter.manager)],
        "people/groups/": ["1"],
        "practice/together/": ["1"],
        "load/": ["nothing"],
        "demo/": ["guess"],
        "mail/end/": [key_to_end(owner, Digest.MIRROR)],
        "s/": [surveys.link_for_buyer(owner, poll, planter.today, planter.now)],
        "api/v1/findings/": findings,
        "api/v1/chains/": [planter.deal],
    }


def questions(planter: Planter) -> Ids:
    """What is asked in addresses, by the name of the route."""
    files, whose = ["?format=csv", "?format=parquet"], planter.owner.rep_id
    return {
        "mirror": files,
        "mirror_of": files,
        "finding": files,
        "figure": [f"?where=rep:{whose}", f"?where=rep:{whose}&format=csv", f"?where=rep:{whose}&format=parquet"],
        "search": [f"?q={TYPED}"],
        "wall": ["?obstacle=price"],
        "lesson_new": [f"?debrief={each.pk}" for each in planter.debriefs.values()],
        "practice_new": [f"?from=lesson-{each.pk}" for each in planter.lessons.values()],
        "data_coverage": [f"?q={whose}"],
        "api_on_base": ["?by=rep"],
        "api_balls": [f"?rep={whose}"],
    }


@pytest.mark.usefixtures("worked")
@pytest.mark.slow
def test_it_is_told_to_whom_it_was_shared_with_and_to_nobody_else(
    practice: dict[str, Person], caplog: pytest.LogCaptureFixture
) -> None:
    planter = Planter(practice, owner=OWNER, manager=MANAGER, advises=OTHER_MANAGER, peer=PEER)
    planted = planter.everything()
    every, walk = places(planter), Walk(practice, planted)
    planter.share(EVERYBODY)
    told = walk.told(every)
    assert {of: set(told[of]) for of in planted.readers} == planted.readers
    planter.take_back()
    again = walk.told({place for by in told.values() for found in by.values() for place in found})
    assert {of: set(again[of]) for of in planted.readers} == planted.readers
    assert len({place for of in told for place in told[of][OWNER]}) > 20
    kept = [f"{each.what} {each.about}" for each in Noted.objects.all()]
    kept += [each.read_bytes().decode(errors="replace") for each in desk().home.root.rglob("*") if is_ours(each)]
    assert len(kept) > 50
    assert not [
        of for text in (*kept, caplog.text) for of in planted.told_in(text) - {"finding"}
    ]  # its id is no secret


def is_ours(path: Path) -> bool:
    """A file that this test may have written: snapshots and batches are never written again."""
    return path.is_file() and path.suffix != ".parquet"
