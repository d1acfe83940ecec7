"""Mails into records: one mail, one item.

For every mail exactly one Kept, NonEvent or Reject comes out, at once or, for a reply that may bring somebody new into
a conversation, at the end. People, companies and the days that were seen follow when all mails are through.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, Protocol

from answerback.domain.kinds import ActionKind, Evidence
from answerback.domain.reading import Also, Item, Kept, NonEvent, Place, Reading, Record, Reject, Value
from answerback.sources.addresses import account_id_of
from answerback.sources.mailbox.bounces import report_of
from answerback.sources.mailbox.containers import Mail
from answerback.sources.mailbox.envelope import Envelope, Recipient, envelope_of
from answerback.sources.mailbox.headers import Headers, decoded, divided
from answerback.sources.mailbox.judgement import Action, Effort, Invitation, Judgement, Known, judged
from answerback.sources.mailbox.mbox import MOST_BYTES
from answerback.sources.mailbox.people import People
from answerback.sources.mailbox.seen import Seen
from answerback.sources.mailbox.settings import Settings
from answerback.sources.mailbox.structure import Part
from answerback.sources.mailbox.threads import Threads

# Folders and labels of mail that was never sent, or that nobody wanted, as mail programs name them.
_DRAFTS: Final = frozenset(
    {"drafts", "draft", "entwürfe", "concepten", "brouillons", "borradores", "bozze", "rascunhos"}
)
_SPAM: Final = frozenset({"spam", "junk", "junk e-mail", "junk email", "junk-e-mail", "bulk mail", "ongewenste e-mail"})
_CHATS: Final = frozenset({"chat", "chats"})


class CalendarReader(Protocol):
    """Reads the calendar part of a mail: what came of it, as items of that mail's place.

    `data` is the part in UTF-8, `sender` the address that the mail came from.
    """

    def __call__(self, data: bytes, reading: Reading, place: Place, *, sender: str = "") -> Iterator[Item]:
        """The items in the part."""
        ...


class Translator:
    """The state of one load: its settings and what was seen so far."""

    def __init__(self, reading: Reading, read_calendar: CalendarReader | None = None) -> None:
        """Raises UsageError for a wrong option, SourceError where nothing says who sells."""
        settings = Settings.of(reading)
        self._settings = settings
        # Another source would not know our options, all but this one.
        own = ",".join(filter(None, (reading.options.get("own", ""), settings.owner)))
        self._reading = replace(reading, options={"own": own} if own else {})
        self._read_calendar = read_calendar
        self._threads = Threads()
        self._people = People(settings.rep_names)
        self._seen = Seen(settings.owner)

    def items(self, mail: Mail) -> Iterator[Item]:
        """What comes of one mail."""
        held_out = self._excluded_place(mail)
        if held_out:
            yield NonEvent(held_out)
            return
        head, body = divided(mail.content.lstrip(b"\r\n"))
        headers = Headers(head)
        broken = _broken(mail, headers, body)
        if broken is not None:
            yield broken
            return
        held_out = self._excluded_header(headers)
        if held_out:
            yield NonEvent(held_out)
            return
        envelope = envelope_of(headers, self._settings)
        addresses = [envelope.sender.address, *(each.address for each in envelope.recipients)]
        if any(map(self._settings.excludes, addresses)):
            yield NonEvent("excluded_address")
            return
        self._remember(mail, envelope)
        if not envelope.sender.address:
            yield Reject(
                mail.place, "bad_address" if "from" in headers else "missing", "From", "an address of the sender"
            )
            return
        judgement = judged(headers, body, envelope, self._settings)
        yield from self._item(mail, headers, body or b"", envelope, judgement)
        if self._people.full:
            yield from self._people.release()

    def finish(self) -> Iterator[Item]:
        """What was kept back until the end: replies, people, and the days that were seen."""
        yield from self._threads.release()
        yield from self._people.release()
        yield from self._seen.coverage()

    def _excluded_place(self, mail: Mail) -> str:
        names = {name.casefold() for name in mail.file.folders}
        if names & self._settings.excluded_folders:
            return "excluded_folder"
        if mail.file.draft or names & _DRAFTS:
            return "draft"
        return "spam" if names & _SPAM else ""

    def _excluded_header(self, headers: Headers) -> str:
        settings = self._settings
        if "sensitivity" in headers and headers.text("sensitivity").casefold() in settings.excluded_sensitivity:
            return "excluded_sensitivity"
        if "x-folder" in headers:
            path = {part.strip().casefold() for part in headers.text("x-folder").replace("\\", "/").split("/")}
            if path & settings.excluded_folders:
                return "excluded_folder"
        if "x-gmail-labels" in headers:
            joined = decoded(headers.joined("x-gmail-labels")[:4000])
            labels = {part.strip(' "').casefold() for label in joined.split(",") for part in (label, *label.split("/"))}
            if labels & (settings.excluded_labels | settings.excluded_folders):
                return "excluded_label"
            for kind, names in (("draft", _DRAFTS), ("spam", _SPAM), ("chat", _CHATS)):
                if labels & names:
                    return kind
        return "spam" if headers.word("x-spam-flag") == "yes" else ""

    def _remember(self, mail: Mail, envelope: Envelope) -> None:
        if envelope.own_token:
            self._threads.saw(envelope.id, envelope.outside_addresses)
        if envelope.sent is not None:
            received = envelope.sender_rep is None
            self._seen.mail(mail.box, envelope.sent.at, envelope.reps, received=received)

    def _item(
        self, mail: Mail, headers: Headers, body: bytes, envelope: Envelope, judgement: Judgement
    ) -> Iterator[Item]:
        if isinstance(judgement, Known):
            yield NonEvent(judgement.kind)
        elif isinstance(judgement, Action) and judgement.kind is ActionKind.BOUNCED:
            yield self._bounce(mail, headers, body, envelope)
        elif not self._knows_anybody(envelope):
            yield NonEvent("unknown_outside_party")
        elif isinstance(judgement, Invitation):
            yield from self._invitation(mail, envelope, judgement.part)
        elif envelope.sent is None:
            yield _bad_time(mail, headers)
        elif isinstance(judgement, Effort):
            event = self._effort(envelope, envelope.sent.at, judgement)
            yield self._kept(mail, envelope, event, envelope.recipients)
        else:
            event = self._action(envelope, envelope.sent.at, judgement)
            kept = self._kept(mail, envelope, event, envelope.recipients)
            others = [each.address for each in envelope.outside]
            if others and self._may_introduce(envelope, judgement):
                yield from self._threads.hold(kept, envelope.answers, others)
            else:
                yield kept

    def _may_introduce(self, envelope: Envelope, judgement: Action) -> bool:
        """Whether a new person on this reply would be one whom the buyer brought in."""
        if judgement.kind is not ActionKind.REPLIED or not envelope.answers:
            return False
        # On a public list everybody joins in; and a refusal stays one, whoever gets a copy.
        return not self._settings.keep_lists and judgement.stance is None

    def _knows_anybody(self, envelope: Envelope) -> bool:
        if self._settings.keep_all_outside:
            return True
        return any(map(self._settings.knows, envelope.outside_addresses))

    def _invitation(self, mail: Mail, envelope: Envelope, part: Part) -> Iterator[Item]:
        """What a calendar mail says, as the one item that the mail is."""
        records: list[Record] = []
        otherwise: Item = NonEvent("calendar_mail")
        if self._read_calendar is not None:
            data = part.text(MOST_BYTES).encode("utf-8", errors="replace")
            for item in self._read_calendar(data, self._reading, mail.place, sender=envelope.sender.address):
                if isinstance(item, Kept):
                    records += item.records
                elif isinstance(item, NonEvent):
                    otherwise = NonEvent(item.kind)
                elif isinstance(item, Reject):
                    otherwise = item
                elif isinstance(item, Also):
                    yield item
        yield Kept(mail.place, tuple(records)) if records else otherwise

    def _bounce(self, mail: Mail, headers: Headers, body: bytes, envelope: Envelope) -> Item:
        report = report_of(headers, body)
        if not report.final:
            return NonEvent("delivery_notice")
        failed = [each for each in report.failed if self._settings.sellers.rep_of(each) is None]
        if not any(map(self._settings.knows, failed)) and not self._settings.keep_all_outside:
            return NonEvent("unknown_outside_party")
        about = dict.fromkeys((*report.about, *envelope.answers))
        if not failed and not about:
            return NonEvent("bounce_of_nobody")
        if envelope.sent is None:
            return _bad_time(mail, headers)
        at = envelope.sent.at
        fields = _event(envelope, at, answers=tuple(about)) | {"kind": ActionKind.BOUNCED.value}
        if failed:
            fields |= _party(failed[0])
        extra = [_participant(envelope.id, "buyer_action", "to", contact=each) for each in failed[1:]]
        for each in failed:
            self._people.outside(each, "", at)
        return self._kept(mail, envelope, Record("buyer_action", fields), envelope.inside, extra=extra)

    def _effort(self, envelope: Envelope, at: datetime, judgement: Effort) -> Record:
        fields = _event(envelope, at, answers=envelope.answers)
        fields |= {"rep_id": envelope.sender_rep, "kind": "email", "subkind": judgement.subkind}
        fields["origin"] = judgement.origin.value
        outside = envelope.outside
        if outside:
            fields |= _party(outside[0].address)  # recipients come in the order To, Cc, Bcc
        if envelope.sender_rep is not None:
            self._people.rep(envelope.sender_rep, envelope.sender.name, at)
        return Record("effort", fields)

    def _action(self, envelope: Envelope, at: datetime, judgement: Action) -> Record:
        fields = _event(envelope, at, answers=envelope.answers) | {"kind": judgement.kind.value}
        if judgement.subkind:
            fields["subkind"] = judgement.subkind
        if judgement.stance is not None:
            fields["stance"] = judgement.stance.value
        fields |= _party(envelope.sender.address)
        self._people.outside(envelope.sender.address, envelope.sender.name, at)
        return Record("buyer_action", fields)

    def _kept(
        self,
        mail: Mail,
        envelope: Envelope,
        event: Record,
        recipients: Sequence[Recipient],
        *,
        extra: Sequence[Record] = (),
    ) -> Kept:
        """The item of a mail: its event, the people on it, and what is known of it besides."""
        at = envelope.sent.at if envelope.sent is not None else self._settings.exported_at
        records = [event, *extra]
        for each in recipients:
            if each.rep is None:
                self._people.outside(each.address, each.name, at)
                records.append(_participant(envelope.id, event.type, each.role, contact=each.address))
            else:
                self._people.rep(each.rep, each.name, at)
                records.append(_participant(envelope.id, event.type, each.role, rep=each.rep))
        if envelope.sent is not None and envelope.sent.repaired:
            records.append(_attribute(envelope.id, "date_repaired", envelope.sent.repaired))
        if self._settings.keep_subjects and envelope.subject:
            records.append(_attribute(envelope.id, "subject", envelope.subject[:1000], field="text"))
        return Kept(mail.place, tuple(records))


def _broken(mail: Mail, headers: Headers, body: bytes | None) -> Reject | None:
    """A reject for what is no mail, or whose header never ends."""
    if not mail.content.strip(b"\r\n \t\0"):
        return Reject(mail.place, "empty", hint="a mail")
    if body is None and mail.cut:
        return Reject(mail.place, "too_long", hint=f"a header of at most {MOST_BYTES // 1024} kB")
    if not headers.names:
        return Reject(mail.place, "not_a_mail", hint="a header with From and Date")
    return None


def _bad_time(mail: Mail, headers: Headers) -> Reject:
    reason = "bad_time" if "date" in headers else "missing"
    return Reject(mail.place, reason, "Date", "a date, or a Received line with one, between 1980 and the export")


def _event(envelope: Envelope, at: datetime, *, answers: Sequence[str]) -> dict[str, Value]:
    fields: dict[str, Value] = {
        "source_id": envelope.id,
        "occurred_at": at,
        "evidence": Evidence.CAPTURED.value,
    }
    if envelope.own_token:
        fields["reference"] = envelope.own_token
    if answers:
        fields["refers_to"] = " ".join(f"message:{each}" for each in answers)
    if envelope.thread:
        fields["about"] = envelope.thread
    return fields


def _party(address: str) -> dict[str, Value]:
    return {"account_id": account_id_of(address), "contact_id": address}


def _participant(event: str, event_type: str, role: str, *, contact: str = "", rep: str = "") -> Record:
    who: dict[str, Value] = {"contact_id": contact} if contact else {"rep_id": rep}
    fields = {"source_id": f"{event} {contact or rep}", "event_id": event, "event_type": event_type, "role": role}
    return Record("participant", fields | who)


def _attribute(event: str, name: str, value: str, *, field: str = "value") -> Record:
    fields = {
        "source_id": f"{event} {name}",
        "subject_kind": "event",
        "subject_id": event,
        "name": name,
        field: value,
    }
    return Record("attribute", fields)
