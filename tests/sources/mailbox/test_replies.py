"""Reading a reply for one label: the quotation off, and "refusal" only where it is one."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerback.sources.mailbox.headers import Headers, divided
from answerback.sources.mailbox.quoting import own_html, own_words
from answerback.sources.mailbox.replies import Label, label_of, label_of_words
from answerback.sources.mailbox.structure import letter as letter_of
from answerback.sources.mailbox.structure import without_tags
from tests.sources.mailbox.letters import letter, load_letters, playbook

REFUSALS = [
    "We have decided to go with another vendor.",
    "Hi Ann,\n\nthanks for your time. Unfortunately we\u2019ve decided to go with a different supplier.\n\nBest, Bob",
    "We went with someone else.",
    "We are not interested.",
    "Thank you for your mail, but we are not interested.",
    "I'm not interested, thank you.",
    "Not interested.",
    "Thanks, but not interested.",
    "No thanks.",
    "No, thank you!",
    "We won't be moving forward.",
    "We will not be taking this any further.",
    "We decided not to proceed with the project.",
    "We have decided against it.",
    "Please remove me from your mailing list.",
    "Please stop emailing me.",
    "This isn't a good fit.",
    "We would like to decline your offer.",
    "We have decided to go\nwith another provider.",
    "Guten Tag,\nwir haben uns für einen anderen Anbieter entschieden.",
    "Wir haben leider keinen Bedarf.",
    "Kein Interesse.",
    "Wir sind nicht interessiert.",
    "Leider müssen wir Ihr Angebot ablehnen.",
    "Nein, danke.",
    "Bitte keine weiteren E-Mails.",
    "Wij hebben gekozen voor een andere leverancier.",
    "We hebben helaas geen interesse.",
    "Ik ben niet geïnteresseerd.",
    "Helaas gaan wij niet in op uw aanbod.",
    "Nee, dank u.",
]
QUESTIONS = [
    "Could you send the price list?",
    "Hi Ann, when can we start?\nBob",
    "What does the licence cost for 40 seats?",
    "Können Sie uns ein Angebot schicken?",
    "Wat zijn de kosten?",
    "Thanks. Is there a discount\nfor schools?",
]
# None of these says no to the matter itself, and some are close to it.
NO_REFUSALS = [
    "We are not interested at the moment, please call in autumn.",
    "We decided not to wait for legal. Let's sign.",
    "We went with another date: Tuesday.",
    "We have decided to go with you.",
    "This is not for us to decide, I forward it to purchasing.",
    "I am not interested only in the price, but in service as well.",
    "We decided against the old process, so yes, let's start.",
    "Please remove me from the cc.",
    "No, thank you for coming to us, it was a pleasure",
    "Another vendor told us the same. We decided to go ahead with you.",
    "Not yet, but soon.",
    "Sounds great!",
    "Thanks, received.",
    "Wir haben großes Interesse.",
    "Im Moment haben wir keinen Bedarf, im Herbst gern wieder.",
    "Wij hebben gekozen voor een andere datum.",
    "Op dit moment hebben wij geen interesse.",
    "We are not interested in delaying this. Could you send the contract?",
    "",
]


@pytest.mark.parametrize("words", REFUSALS)
def test_a_refusal_is_read(words: str) -> None:
    assert label_of_words(words) is Label.REFUSAL


@pytest.mark.parametrize("words", NO_REFUSALS)
def test_what_is_no_refusal_is_not_called_one(words: str) -> None:
    assert label_of_words(words) is not Label.REFUSAL


@pytest.mark.parametrize("words", QUESTIONS)
def test_a_question_is_read(words: str) -> None:
    assert label_of_words(words) is Label.QUESTION


@pytest.mark.parametrize(
    "words", ["How are you?", "See https://x.example/?is=1 for it", "Thanks", "ok?", "Hoe gaat het?"]
)
def test_courtesies_and_links_are_no_questions(words: str) -> None:
    assert label_of_words(words) is Label.UNCLEAR


QUOTED = "Are you interested? We decided to go with another vendor. Could you tell?"
REPLY = "That is fine, see you on Monday."


@pytest.mark.parametrize(
    "text",
    [
        f"{REPLY}\n\nOn Mon, Apr 2, 2012 at 6:26 PM, Ann Day <ann@acme.example> wrote:\n> {QUOTED}\n",
        f"{REPLY}\n\nOn Mon, Apr 2, 2012 at 6:26 PM, Ann Day\n<ann@acme.example> wrote:\n\n{QUOTED}\n",
        f"{REPLY}\n\nAm 02.04.2012 um 18:26 schrieb Ann Day:\n> {QUOTED}\n",
        f"{REPLY}\n\nOp 2 april 2012 om 18:26 schreef Ann Day:\n{QUOTED}\n",
        f"{REPLY}\n\nLe 2 avr. 2012 à 18:26, Ann Day a écrit :\n{QUOTED}\n",
        f"{REPLY}\n\n-----Original Message-----\nFrom: Ann\n{QUOTED}\n",
        f"{REPLY}\n\n-----Ursprüngliche Nachricht-----\n{QUOTED}\n",
        f"{REPLY}\n\n________________________________\n{QUOTED}\n",
        f"{REPLY}\n\nFrom: Ann Day <ann@acme.example>\nSent: Monday, 2 April 2012\nTo: Bob\nSubject: x\n\n{QUOTED}\n",
        f"{REPLY}\n\nVon: Ann Day\nGesendet: Montag, 2. April 2012\nAn: Bob\nBetreff: x\n\n{QUOTED}\n",
        f"{REPLY}\n\nVan: Ann Day\nVerzonden: maandag 2 april 2012\nAan: Bob\nOnderwerp: x\n\n{QUOTED}\n",
        f"{REPLY}\n-- \nBob\n{QUOTED}\n",
        f"{REPLY}\n\nSent from my iPhone\n\n{QUOTED}\n",
        f"On 04/02/2012 06:26 PM, Ann Day wrote:\n> {QUOTED}\n\n{REPLY}",
        f"{REPLY}\r\n\r\nOn 2 Apr 2012, at 18:26, Ann wrote:\r\n\r\n> {QUOTED}\r\n",
    ],
)
def test_only_the_senders_own_words_are_looked_at(text: str) -> None:
    assert own_words(text) == REPLY
    assert label_of_words(own_words(text)) is Label.UNCLEAR


@pytest.mark.parametrize(
    "quotation",
    [
        '<div class="gmail_quote">{0}</div>',
        "<blockquote type=cite>{0}</blockquote>",
        '<div id="divRplyFwdMsg">{0}</div>',
        '<hr id="zwchr"><b>From:</b>{0}',
        "<div style='border:none;border-top:solid #B5C4DF 1.0pt'>{0}</div>",
    ],
)
def test_html_is_cut_at_the_quotation(quotation: str) -> None:
    assert own_html(f"<p>{REPLY}</p>{quotation.format(QUOTED)}") == f"<p>{REPLY}</p>"


@pytest.mark.parametrize(
    ("kind", "encoding", "body"),
    [
        ("text/plain", "", "No thanks.\n\nOn 2 Apr, Ann wrote:\n> Shall we?"),
        ("text/html; charset=utf-8", "", "<style>p{}</style><p>No thanks.</p><blockquote>Shall we?</blockquote>"),
        ("text/plain", "base64", "Tm8gdGhhbmtzLg=="),
        ("text/plain", "quoted-printable", "No=20thanks=2E"),
        (
            "multipart/mixed; boundary=o",
            "",
            (
                "--o\nContent-Type: multipart/alternative; boundary=i\n\n"
                "--i\nContent-Type: text/html\n\n<p>Yes</p>\n--i\n"
                "Content-Type: text/plain\n\nNo thanks.\n--i--\n--o\nContent-Type: text/plain\n"
                "Content-Disposition: attachment\n\nWhat is this?\n--o--\n"
            ),
        ),
    ],
)
def test_the_letter_is_found_in_the_mail(kind: str, encoding: str, body: str) -> None:
    headers = Headers(f"Content-Type: {kind}\nContent-Transfer-Encoding: {encoding}\n".encode())
    assert label_of(headers, body.encode()) is Label.REFUSAL


@pytest.mark.parametrize(
    ("text", "kind", "subkind", "stance"),
    [
        ("We have decided to go with another vendor.", "replied", "refusal", "retreat"),
        ("Could you send the prices?", "asked", "question", None),
        ("Thanks.", "replied", "reply", None),
    ],
)
def test_only_the_label_is_kept_and_only_where_switched_on(
    tmp_path: Path, text: str, kind: str, subkind: str, stance: str | None
) -> None:
    mail = letter(
        "bob@buyer.example", "ann@acme.example", id="2@b.example", answers=("1@a.example",), subject="Re: x", text=text
    )
    fields = load_letters(tmp_path, mail, book=playbook({"read_replies": True})).event.fields
    assert (fields["kind"], fields["subkind"], fields.get("stance")) == (kind, subkind, stance)
    off = load_letters(tmp_path, mail).event.fields
    assert (off["kind"], off["subkind"], off.get("stance")) == ("replied", "reply", None)


@given(
    st.binary(max_size=300), st.sampled_from(["text/plain", "text/html", "multipart/mixed; boundary=b", "multipart/x"])
)
def test_no_body_breaks_the_reader(body: bytes, kind: str) -> None:
    headers = Headers(f"Content-Type: {kind}\n".encode())
    assert label_of(headers, body.replace(b"\x01", b"\n--b\n")) in Label


@pytest.mark.parametrize(
    "part", ["<style", "<!--", "<a ", "On x\n", "> ", "=?", "--b\n", "From: x\n", "a ", "we have ", "is ?", "<", "&#9;"]
)
def test_long_bodies_cost_no_more_than_their_length(part: str) -> None:
    body = (part * (256 * 1024 // len(part))).encode()
    started = time.process_time()
    for kind in ("text/plain", "text/html", "multipart/mixed; boundary=b"):
        label_of(Headers(f"Content-Type: {kind}\n".encode()), body)
    assert time.process_time() - started < 5


def test_nested_parts_end(tmp_path: Path) -> None:
    body = "--b\nContent-Type: multipart/mixed; boundary=b\n\n" * 3000
    assert label_of(Headers(b"Content-Type: multipart/mixed; boundary=b\n"), body.encode()) is Label.UNCLEAR


def test_replies_of_real_programs(shared_data: Path) -> None:
    folder = shared_data / "email_corpora/talon_fixtures/tests/fixtures/standard_replies"
    seen = 0
    for path in sorted(folder.glob("*.eml")):
        head, body = divided(path.read_bytes().lstrip())
        headers = Headers(head)
        if not body or b"hello" not in body.lower():
            continue
        text, html = letter_of(headers, body, 1 << 16)
        words = own_words(text) if text else own_words(without_tags(own_html(html)))
        # What was answered is the single word "Hi"; what was written is "Hello" and at most a signature.
        assert re.match(r"hello\b", words, re.IGNORECASE), path.name
        assert not re.search(r"^\W*hi\W*$", words, re.IGNORECASE | re.MULTILINE), path.name
        seen += 1
    assert seen >= 10
