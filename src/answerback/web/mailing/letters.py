"""A digest as a letter: plain text, the same as HTML with its pictures inside, and one click that ends such letters."""

from __future__ import annotations

from email.mime.image import MIMEImage

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from answerback.people.learning.digests import Digest, key_to_end
from answerback.people.models import Person
from answerback.web.mailing.contents import Contents


def letter(person: Person, contents: Contents, address: str) -> EmailMultiAlternatives:
    """The letter to one person.

    Args:
        person: To whom.
        contents: What stands in it.
        address: Where the pages are reached, such as https://answerback.example.com.
    """
    digest: Digest = contents.digest
    ends = f"{address}/mail/end/{key_to_end(person, digest)}/"
    pictures = {name: f"{name}@answerback" for name in contents.pictures}
    values = contents.values | {
        "person": person,
        "address": address,
        "ends": ends,
        "pictures": pictures,
        "subject": contents.subject,
    }
    made = EmailMultiAlternatives(
        subject=contents.subject,
        body=render_to_string(f"mail/{digest}.txt", values).strip() + "\n",
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[person.email],
        headers={
            "List-Unsubscribe": f"<{ends}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",  # RFC 8058
            "Auto-Submitted": "auto-generated",
            "Precedence": "bulk",
        },
    )
    made.attach_alternative(render_to_string(f"mail/{digest}.html", values), "text/html")
    setattr(made, "mixed_subtype", "related")  # noqa: B010 - the library has it, and its stubs do not
    for name, drawn in contents.pictures.items():
        part = MIMEImage(drawn, "png")
        part.add_header("Content-ID", f"<{pictures[name]}>")
        part.add_header("Content-Disposition", "inline", filename=f"{name}.png")
        made.attach(part)
    return made
