"""Reading a reply for one label, where the playbook says so: a refusal, a question, or unclear.

Only with `privacy.read_replies`. The text is looked at in memory and forgotten; the label alone is kept, and the rep
can correct it. A wrong "refusal" would take an answer away from somebody, so the rules are few and plain, and doubt is
`unclear`: a refusal needs a sentence that says no to the matter itself, and nothing in the text that leaves the door
open. English, German and Dutch are read.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from answerback.sources.mailbox.headers import Headers
from answerback.sources.mailbox.quoting import own_html, own_words
from answerback.sources.mailbox.structure import letter, without_tags

MOST_READ: Final = 4096
"""Bytes of the text that are looked at: a no, or a question, stands at the beginning."""


class Label(StrEnum):
    """What a reply says. `UNCLEAR`: none of the others for certain."""

    REFUSAL = "refusal"
    QUESTION = "question"
    UNCLEAR = "unclear"


# What each pattern reads is one sentence: lower-case, straight apostrophes, English forms written out ("do not").
_WRITTEN_OUT: Final = (
    (re.compile("[\u2018\u2019`]"), "'"),
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"'ve\b"), " have"),
    (re.compile(r"'re\b"), " are"),
    (re.compile(r"\bi'm\b"), "i am"),
    (re.compile(r"'ll\b"), " will"),
    (re.compile(r"[ \t\xa0]+"), " "),
)
_RIVAL: Final = r"""(?:(?:another|a\ different|a\ competing)\ (?:vendor|supplier|provider|solution|company|option
    |product|partner
    |offer|tool|platform|agency|proposal|party)|some(?:one|body)\ else|one\ of\ your\ competitors|a\ competitor)"""
_ENGLISH: Final = rf"""
    \b(?:we|i)\ (?:have\ )?(?:decided|chosen|opted)\ (?:to\ (?:go|move\ forward|proceed|work)\ )?(?:with|for)\ {_RIVAL}
  | \b(?:we|i)\ (?:have\ |are\ )?(?:went|gone|going|signed)\ (?:ahead\ )?with\ {_RIVAL}
  | \b(?:we|i)\ (?:have\ )?decided\ not\ to\ (?:proceed|move\ forward|go\ ahead|continue|renew|buy|pursue|go\ with)
  | \b(?:we|i)\ (?:have\ )?decided\ against\ (?:it|this|your|moving|going|buying)\b
  | \b(?:we|i)\ (?:are|am)\ (?:really\ |just\ |simply\ |currently\ )?not\ interested\b(?!\ only)
  | ^(?:sorry,\ |(?:no,?\ )?thank(?:s|\ you),?\ (?:but\ )?)?not\ interested\b
  | \b(?:we|i)\ (?:will|do|are|am)\ not\ (?:be\ )?(?:want\ to\ |going\ to\ )?
      (?:proceed|proceeding|move\ forward|moving\ forward|pursue|pursuing|(?:take|taking)\ (?:this
      |it)\ (?:any\ )?further)\b
  | \bplease\ (?:stop|do\ not)\ (?:email|mail|contact|writ|call)(?:e|ing)?\ (?:to\ )?(?:me|us)\b
  | \bplease\ (?:remove|take)\ (?:me|us)\ (?:from|off)\ (?:of\ )?(?:your|this|the)\ (?:\w+\ )?list
  | \b(?:this|it)\ is\ not\ (?:a\ (?:good\ )?fit|for\ us|something\ we\ need)\b(?!\ to\b)
  | \bwe\ (?:will\ |have\ to\ |would\ like\ to\ )(?:have\ to\ )?(?:pass\ on|decline)\ (?:this|it|your\ (?:offer
    |proposal))
  | ^no,?\ (?:thanks|thank\ you)\ ?(?:[.!]|$)
"""
_GERMAN: Final = r"""
    \b(?:wir|ich)\ (?:haben|habe)\ (?:uns|mich)\ (?:leider\ |inzwischen\ )*(?:anderweitig\ entschieden
      |für\ einen\ ander(?:en|n)\ (?:anbieter|partner|lieferanten|dienstleister)|für\ eine\ andere\ (?:lösung|firma)
      |gegen\ (?:ihr|das|dieses|eine\ zusammenarbeit))
  | \b(?:kein\ interesse|keinen\ bedarf)\b(?!\ daran)
  | \b(?:wir|ich)\ (?:sind|bin)\ (?:leider\ )?nicht\ interessiert\b
  | \bbitte\ (?:kontaktieren\ sie\ (?:uns|mich)\ nicht|keine\ weiteren\ (?:e-?mails|mails|anrufe|angebote)
      |nehmen\ sie\ (?:uns|mich)\ aus\ (?:ihrem|dem)\ verteiler)
  | \b(?:müssen|möchten|werden)\ (?:wir\ |ich\ )?(?:ihr\ angebot\ |das\ angebot\ |leider\ )+(?:ablehnen|absagen
    |nicht\ annehmen)
  | \bwerden\ (?:wir\ )?(?:das|dies|es)\ nicht\ weiter\ ?verfolgen\b
  | ^nein,?\ (?:danke|vielen\ dank)\ ?(?:[.!]|$)
"""
_DUTCH: Final = r"""
    \b(?:wij|we|ik)\ (?:hebben|heb)\ (?:helaas\ |inmiddels\ )*gekozen\ voor\ een\ andere?\ (?:leverancier|partij
    |aanbieder
      |oplossing|partner)
  | \b(?:wij|we|ik)\ (?:hebben|heb)\ (?:helaas\ )?besloten\ (?:om\ )?(?:er\ )?niet\ (?:mee\ )?(?:verder|door
    |in)\ te\ gaan
  | \b(?:wij|we|ik)\ (?:hebben|heb)\ (?:helaas\ |hier\ )*geen\ (?:interesse|behoefte)\b
  | \b(?:wij|we|ik)\ (?:zijn|ben)\ (?:helaas\ )?niet\ ge[iï]nteresseerd\b
  | ^geen\ interesse\b
  | \b(?:gaan|ga)\ (?:wij\ |we\ |ik\ )?(?:helaas\ )?niet\ (?:verder\ )?(?:in\ op|akkoord\ met)\ (?:uw|je
    |jullie)\ (?:aanbod|voorstel
      |offerte)
  | \bwil(?:t|len)?\ (?:u|je|jullie)\ (?:ons|mij|me)\ niet\ (?:meer\ )?(?:mailen|bellen|benaderen)
  | ^nee,?\ (?:dank\ (?:je|u)|bedankt)\ ?(?:[.!]|$)
"""
_REFUSAL: Final = re.compile(f"{_ENGLISH}|{_GERMAN}|{_DUTCH}", re.VERBOSE)
_DOOR_OPEN: Final = re.compile(
    r"""\b(?:at\ the\ moment|at\ this\ (?:time|stage|point)|right\ now|for\ now|currently|yet|until|unless|maybe
    |perhaps|however|instead
      |this\ (?:week|month|quarter|year)|next\ (?:week|month|quarter|year)|later\ (?:this|in)
      |but\ (?:could|would|can|please|let|we\ (?:would|do|are|could)(?!\ not\b|n['\u2019]t\b))
      |momentan|zurzeit|zur\ zeit|derzeit|im\ moment|aktuell|vorerst|noch\ nicht|nächste[sn]?\ (?:jahr|quartal
      |monat)|vielleicht
      |jedoch|stattdessen|op\ dit\ moment|voorlopig|nog\ niet|volgend(?:e)?\ (?:jaar|kwartaal|maand)|misschien
      |echter|tenzij)\b""",
    re.VERBOSE,
)
_URL: Final = re.compile(r"(?:https?://|www\.)\S{1,2000}|\S{1,64}@\S{1,255}")
_SENTENCE: Final = re.compile(r"[^.!?\n]++[.!?]?")
_SOFT_BREAK: Final = re.compile(r"(?<![.!?,:\n])\n(?!\n)")
# Every refusal has one of these, so most sentences need no closer look.
_REFUSING_WORDS: Final = (
    "not", "no", "another", "different", "competing", "competitor", "else", "against", "remove", "take", "stop",
    "decline", "pass on", "kein", "nein", "nicht", "ander", "gegen", "ablehnen", "absagen",
    "nehmen", "geen", "nee", "niet",
)  # fmt: skip
_ASKS: Final = re.compile(
    r"\b(?:what|when|where|which|who|why|how|can|could|do|does|did|is|are|was|would|will|may|should|have|has|any"
    r"|was|wann|wo|welche[rsmn]?|wer|warum|wieso|wie|können|könnten|kann|könnte|gibt|ist|sind|haben|hat|würden|wäre"
    r"|darf"
    r"|wat|wanneer|waar|welke|wie|waarom|hoe|kunnen|kunt|kun|kan|zou|zijn|is|hebben|heeft|mag|wil)\b",
)
_COURTESY: Final = re.compile(
    r"how are (?:you|things)|how(?: i|')s (?:it going|everything)|how do you do|hope (?:you|all)|wie geht(?:'s| es)"
    r"|hoe gaat (?:het|ie)|alles (?:gut|goed)|you know\b",
)


def label_of(headers: Headers, body: bytes) -> Label:
    """The label of a reply from its header and the kept beginning of its body."""
    text, html = letter(headers, body, 2 * MOST_READ)
    words = own_words(text) if text else own_words(without_tags(own_html(html)))
    return label_of_words(words[:MOST_READ])


def label_of_words(words: str) -> Label:
    r"""The label of what somebody wrote, quotations taken off.

    >>> label_of_words("Hi Ann,\nWe have decided to go with another vendor.\nBest, Bob")
    <Label.REFUSAL: 'refusal'>
    >>> (
    ...     label_of_words("We are not interested at the moment, call us in May."),
    ...     label_of_words("Could you send the prices?"),
    ... )
    (<Label.UNCLEAR: 'unclear'>, <Label.QUESTION: 'question'>)
    """
    text = _URL.sub(" ", words).lower()
    for form, written_out in _WRITTEN_OUT:
        text = form.sub(written_out, text)
    lines = "\n".join(line.strip() for line in text.strip().split("\n"))
    # A line break inside a sentence is the mail program's, not the writer's; but a line may also be all of a sentence.
    flowing = _SENTENCE.findall(_SOFT_BREAK.sub(" ", lines))
    sentences = dict.fromkeys(each.strip() for each in (*flowing, *_SENTENCE.findall(lines)))
    asks = any(map(_asks, flowing))
    if any(_REFUSAL.search(each) for each in sentences if any(word in each for word in _REFUSING_WORDS)):
        return Label.UNCLEAR if asks or _DOOR_OPEN.search(text) else Label.REFUSAL
    return Label.QUESTION if asks else Label.UNCLEAR


def _asks(sentence: str) -> bool:
    return sentence.endswith("?") and bool(_ASKS.search(sentence)) and not _COURTESY.search(sentence)
