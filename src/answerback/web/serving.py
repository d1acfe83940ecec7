"""Starting the pages: tables and static files brought up to date, the work beside them, the server.

Waitress serves: one process, several threads, no compiler, the same on Linux and macOS. All threads share the desk and
what it keeps.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from functools import partial
from pathlib import Path
from types import FrameType

from answerback.domain.errors import NotFoundError

THREADS = 8
MOST_BODY_BYTES = 1 << 30
TEND_EVERY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Serving:
    """Where the pages are served."""

    home: Path
    host: str
    port: int
    addresses: tuple[str, ...] = ()
    """Host names under which they are reached; with none, this computer's own."""
    insecure: bool = True
    """Plain HTTP: on this computer alone, or behind a server that speaks HTTPS."""
    build_options: tuple[str, ...] = ()
    """What a build is told, such as how much memory it may use."""
    works: bool = True
    """Whether it builds, judges and sends beside the pages; not where a worker of its own does."""


def prepare_django(serving: Serving) -> None:
    """Settings, tables and static files. May be called again: what is done is not done twice."""
    import django
    from django.core.management import call_command

    os.environ["ANSWERBACK_HOME"] = str(serving.home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "answerback.web.settings"
    if serving.insecure:
        os.environ["ANSWERBACK_INSECURE"] = "1"
    if serving.addresses:
        os.environ["ANSWERBACK_ADDRESSES"] = ",".join(serving.addresses)
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)


def serve(serving: Serving, say: Callable[[str], None]) -> None:
    """Serves until it is told to stop. Raises OSError where the port is taken."""
    from waitress.server import create_server

    from answerback.web.coming_in.room import leave_room
    from answerback.web.wsgi import application

    server = create_server(
        application,
        host=serving.host,
        port=serving.port,
        threads=THREADS,
        ident=None,
        max_request_body_size=MOST_BODY_BYTES,
    )
    shown = "127.0.0.1" if serving.host in ("", "0.0.0.0", "::") else serving.host  # noqa: S104 - only shown
    address = f"http://{shown}:{server.effective_port}"
    stopping = threading.Event()
    with _polite_kills():
        for line in _first_words(address):
            say(line)
        worker = _set_to_work(serving, stopping)
        try:
            server.run()
        finally:
            stopping.set()
            server.close()
            worker.join(timeout=15)
            leave_room()


def work(serving: Serving, say: Callable[[str], None], *, build_at: clock | None, once: bool) -> None:
    """The work beside the pages without the pages: builds, judges, sends, until it is told to stop.

    Args:
        serving: Which workspace.
        say: Where to tell of it.
        build_at: Builds once a day, at that time of the organisation's clock; else whenever something came in.
        once: Does what there is to do now, and ends.
    """
    from answerback.domain.playbook_file import playbook_at
    from answerback.web.answering.desk import desk
    from answerback.web.running.daily import Daily
    from answerback.web.running.working import Worker, build_apart
    from answerback.workspace.pending import pending

    stopping, home = threading.Event(), desk().home
    build, tend = partial(build_apart, serving.home, serving.build_options, stopping), _tending()
    if once:
        if pending(home, playbook_at(home.playbook)).anything:
            build()
        tend()
        return
    daily = Daily(build_at, desk().zone) if build_at is not None else None

    def hold() -> bool:
        return daily is not None and not daily.due(datetime.now(UTC), worker.status.tried_at)

    worker = Worker(home, build, tend, hold=hold)
    with _polite_kills():
        say(f"At work on {serving.home} (Ctrl-C stops it)")
        try:
            worker.run(stopping)
        finally:
            stopping.set()


def _first_words(address: str) -> Iterator[str]:
    """What whoever starts the server needs to know."""
    from django.conf import settings
    from django.urls import get_resolver

    from answerback.people.founding import is_needed, new_founding_key
    from answerback.web.answering.desk import desk
    from answerback.web.coming_in.room import room
    from answerback.web.running.practice_people import settle

    settings.FILE_UPLOAD_TEMP_DIR = str(room().path)
    _ = get_resolver().url_patterns  # every page is loaded now, and not when the first one is asked for
    settle(desk(), now=datetime.now(UTC))
    yield f"Answerback is at {address}/start/ (Ctrl-C stops it)"
    if is_needed():
        key = new_founding_key(Path(settings.PEOPLE_FOLDER))
        yield f"A team begins here; the link is good for one person, once: {address}/start/team/?key={key}"


def _set_to_work(serving: Serving, stopping: threading.Event) -> threading.Thread:
    from answerback.web.answering.desk import desk
    from answerback.web.running.jobs import jobs
    from answerback.web.running.practice_people import is_deserted
    from answerback.web.running.working import Worker, build_apart, set_to_work

    build = partial(build_apart, serving.home, serving.build_options, stopping)
    if not serving.works:  # pages want answers kept in their own process all the same
        worker = Worker(desk().home, build, judge_newest, hold=lambda: True)
    else:
        worker = Worker(
            desk().home, build, _tending(), hold=lambda: jobs().busy("load", "practice") or is_deserted(desk())
        )
    return set_to_work(worker, stopping)


def _tending() -> Callable[[], bool]:
    """Judges the newest snapshot; now and then lays out talks, draws lots that are due, and sends digests."""
    from answerback.people.learning import group_practices, rhythms
    from answerback.web.answering.desk import desk
    from answerback.web.mailing.posting import Post

    post, last = Post(), datetime.min.replace(tzinfo=UTC)

    def tend() -> bool:
        nonlocal last
        if not judge_newest():
            return False
        now, at = datetime.now(UTC), desk()
        if now - last >= TEND_EVERY:
            last = now
            rhythms.lay_out_all(now=now, zone=at.zone)
            group_practices.draw_what_is_due(at.home, now=at.moment())
        post.look(at, now)
        return True

    return tend


def judge_newest() -> bool:
    """Judges the newest snapshot, if there is one and that is still to be done."""
    from answerback.web.answering.desk import NothingBuilt, desk
    from answerback.web.answering.preparing import prepare
    from answerback.web.running.practice_people import go_on, is_deserted

    if is_deserted(desk()):  # what its people wrote is built first
        return False
    try:
        prepare(desk())
        go_on(desk())
    except (NothingBuilt, NotFoundError):
        return False
    return True


@contextmanager
def _polite_kills() -> Iterator[None]:
    """Makes a request to end (SIGTERM) an exception, so that what must be removed is."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
