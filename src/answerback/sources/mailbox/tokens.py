"""Message ids: which mail this is, and which mails it answers, as tokens that any source would write alike.

`Message-ID` holds one id; `References` many; `In-Reply-To` whatever some program thought good: ids, phrases around
them, the sender's address, a date. An id is what stands in angle brackets; without brackets, a field counts only if
all of it is ids.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection
from typing import Final

from answerback.sources.mailbox.headers import Headers

LONGEST_ID: Final = 998
"""Characters: the longest line that a mail may have. What is longer is no id."""
MOST_TOKENS: Final = 2000
"""References of one mail that are kept, the nearest ones: the longest real threads have hundreds."""
_BRACKETED: Final = re.compile(r"<([^<>]++)(?:>|$)")
_NOT_IN_TOKEN: Final = re.compile(r"[\s\x00-\x1f\x7f<>]+")
_THREAD_BYTES: Final = 22


def ids(text: str) -> list[str]:
    r"""The message ids in a header field, brackets and folds taken off, in order, each once.

    >>> ids("Your message of Tue <1@x.example>; also <2@x.\r\n example> <1@x.example>")
    ['1@x.example', '2@x.example']
    >>> ids("3@x.example"), ids("your mail of Tuesday to ann@x.example")
    (['3@x.example'], [])
    """
    found = _BRACKETED.findall(text) if "<" in text else text.replace(",", " ").split()
    if "<" not in text and not all("@" in word for word in found):
        return []
    clean = (_NOT_IN_TOKEN.sub("", each) for each in found)
    return list(dict.fromkeys(each for each in clean if each and len(each) <= LONGEST_ID))


def own_id(headers: Headers) -> str:
    """The mail's own message id, empty where it has none."""
    text = headers.joined("message-id")
    found = ids(text)
    if found:
        return found[0]
    bare = _NOT_IN_TOKEN.sub("", text)
    return bare if 0 < len(bare) <= LONGEST_ID else ""


def answered(headers: Headers, own: str, addresses: Collection[str]) -> list[str]:
    """The ids of the mails that this one answers, the nearest last; its own id and its people's addresses are none.

    `References` come first, then what only `In-Reply-To` or a forwarding program names.
    """
    names = ("references", "x-forwarded-message-id", "in-reply-to")
    found: dict[str, None] = {}
    for name in names:
        for field in headers.all(name) if name in headers else ():
            for each in ids(field):
                if each != own and each.lower() not in addresses:
                    # Named again means named nearer: In-Reply-To is the direct parent.
                    found.pop(each, None)
                    found[each] = None
    return list(found)[-MOST_TOKENS:]


def thread_token(headers: Headers) -> str:
    """The conversation that Outlook writes into `Thread-Index`, as a token; empty where there is none.

    Its first 22 bytes are the same in every mail of a conversation, also where the ids were stripped on the way.
    """
    coded = headers.raw("thread-index")
    if not coded:
        return ""
    try:
        content = base64.b64decode(coded[:400], validate=False)
    except (binascii.Error, ValueError):
        return ""
    return f"thread:{content[:_THREAD_BYTES].hex()}" if len(content) >= _THREAD_BYTES else ""
