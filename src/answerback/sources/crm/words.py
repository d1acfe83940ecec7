"""What organisations and mail programs call things, as patterns: read by every CRM, whatever its fields are named."""

from __future__ import annotations

from typing import Final

ACTIVITY_WORDS: Final = {
    r"call|phone|voicemail|\bvm\b": "call",
    r"e-?mail": "email",
    r"visit|on-?site": "visit",
    r"linked ?in|inmail|\bsms\b|text|whatsapp|message|chat": "message",
    r"propos|quote|offer": "proposal",
    r"meeting|demo|lunch|webinar|presentation": "meeting",
}
"""What organisations call their activity types, by what the word contains."""

CALL_WORDS: Final = {
    r"not interested|no interest|do not call|refus|declin": "declined",
    r"no[ -]?(answer|contact|connect|response)|not (connected|reached|available|answered)|un(answered|reach)|"
    r"voice ?mail|\bvm\b|left|busy|wrong|bad number|disconnect|gatekeeper|did not|didn't|fail|cancel|missed|"
    r"invalid": "no",
    r"connect|answer|reach|spoke|talk|conversation|correct contact|interested|booked": "answered",
}
"""What a call's disposition says, by what it contains: first refusals, then calls that reached nobody, then those that
reached somebody. A word such as "completed" says of none of these which it was."""

REPLY_SUBJECT: Final = (
    r"^\s*(re|aw|antw|sv|vs|ref|rif|r|odp|ynt|atb|回复|回覆|答复|답장|返信)\s*(\[\d+\])?\s*[:\x{FF1A}]"
)
"""How mail programs begin the subject of an answer, in the languages that change it."""
AUTO_HEADERS: Final = r"(?m)^(auto-submitted:\s*auto-|x-autoreply:|x-autorespond:|precedence:\s*auto_reply)"
