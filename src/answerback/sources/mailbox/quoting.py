"""The words that the sender of a reply wrote, without the letter below that they answer.

Programs mark what they quote in few ways: lines that start with `>`, a line "On … wrote:", a block of `From:` /
`Sent:` / `To:` / `Subject:` lines, a ruled line with "Original Message", an element of a known class in HTML. The text
is cut at the first of these. A text that begins with its quotation (the answer below) keeps what stands outside it.
Signatures that announce themselves (`-- `, "Sent from my …") are cut as well.
"""

from __future__ import annotations

import re
from typing import Final

_WROTE: Final = re.compile(
    r"""^[ \t>]*(?:On|Am|Op|Le|El|Il|Em|Den|På|W\ dniu|\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4})\b
    [^\n]{4,200}(?:\n[^\n]{0,120}){0,2}?
    (?:wrote|schrieb|schreef|a\ écrit|escribió|ha\ scritto|escreveu|skrev|napisał(?:\(a\))?
    |geschreven)\b[^\n]{0,120}:[ \t]*$""",
    re.MULTILINE | re.VERBOSE,
)
_RULED: Final = re.compile(
    r"""^[ \t>]*(?:-{2,}|_{2,})[ \t]*
    (?:Original\ Message|Original-Nachricht|Ursprüngliche\ Nachricht|Oorspronkelijk\ bericht|Message\ d'origine
    |Mensaje\ original
    |Messaggio\ originale|Mensagem\ original|Reply\ message|Forwarded\ message|Weitergeleitete\ Nachricht
    |Doorgestuurd\ bericht)
    [ \t]*(?:-{2,}|_{2,})?[ \t]*$
    |^_{20,}[ \t]*$|^Begin\ forwarded\ message:|^Begin\ doorgestuurd\ bericht:
    |^Anfang\ der\ weitergeleiteten\ Nachricht:""",
    re.MULTILINE | re.IGNORECASE | re.VERBOSE,
)
_BLOCK: Final = re.compile(
    r"""^[ \t>*]*(?:From|Von|Van|De|Da|Från|Fra|Od):[^\n]*\n(?:[^\n]*\n)?[ \t>*]*
    (?:Sent|Date|To|Subject|Gesendet|Datum|An|Betreff|Verzonden|Aan|Envoyé|À|Enviado(?:\ el)?|Para|Inviato|A
    |Skickat)\ ?:""",
    re.MULTILINE | re.VERBOSE,
)
_SUBJECT_BLOCK: Final = re.compile(r"^[ \t>]*Subject:[^\n]*\n[ \t>]*(?:From|To|Date):", re.MULTILINE)
_SIGNATURE: Final = re.compile(
    r"""^--\ ?$|^Sent\ (?:from|with|via)\ (?:my\ )?\w+|^(?:Von\ meinem|Verzonden\ (?:vanaf|met|via)|Verstuurd\ vanaf
    |Gesendet\ (?:von|mit)|Envoyé\ de\ mon|Enviado\ desde\ mi|Get\ Outlook\ for)\b""",
    re.MULTILINE | re.VERBOSE,
)
_QUOTED_LINE: Final = re.compile(r"^[ \t]*(?:>|\|[ \t]).*\n?", re.MULTILINE)
_HTML_QUOTE: Final = re.compile(
    r"<blockquote\b|class=[\"']?(?:gmail_quote|gmail_extra|yahoo_quoted|moz-cite-prefix|OutlookMessageHeader)"
    r"|id=[\"']?(?:divRplyFwdMsg|OLK_SRC_BODY_SECTION|appendonsend|zwchr|stopSpelling|reply-intro"
    r"|mail-editor-reference)"
    r"|<hr\b|border:none;\s*border-top:solid|data-marker=[\"']?__(?:QUOTED|DIVIDER)",
    re.IGNORECASE,
)


def own_words(text: str) -> str:
    r"""What the sender of a reply wrote in a plain text.

    >>> own_words("Not for us, thanks.\n\nOn 3 Apr 2012, at 16:19, Ann wrote:\n> Shall we talk?\n")
    'Not for us, thanks.'
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ").lstrip("\n")
    wrote = _WROTE.search(text)
    if wrote is not None and not text[: wrote.start()].strip():
        # The answer stands below or between: drop the introduction and the quoted lines, keep the rest.
        text = _QUOTED_LINE.sub("", text[wrote.end() :])
        wrote = None
    cuts = [wrote, *(mark.search(text) for mark in (_RULED, _BLOCK, _SUBJECT_BLOCK, _SIGNATURE))]
    ends = [found.start() for found in cuts if found is not None]
    return _QUOTED_LINE.sub("", text[: min(ends, default=len(text))]).strip()


def own_html(html: str) -> str:
    """The HTML up to the first element that holds the quoted letter.

    >>> own_html('<p>No.</p><blockquote class="gmail_quote">Shall we talk?</blockquote>')
    '<p>No.</p>'
    """
    found = _HTML_QUOTE.search(html)
    if found is None:
        return html
    start = found.start()
    if html[start] != "<":
        opened = html.rfind("<", 0, start)
        start = opened if opened >= 0 else start
    return html[:start]
