"""Mails: which there are, and how one is made from its name, its facts and three templates."""

import inspect
from collections.abc import Callable
from typing import Any

from anymail.message import AnymailMessage
from django.conf import settings
from django.db import transaction
from django.template import Context, Engine
from django.template.loader import get_template
from django.utils import translation
from django.utils.translation import gettext as _

from bookstore.mail_addresses import unsubscribe_link
from bookstore.models import MailCategory, OutboxMessage

Builder = Callable[..., dict[str, Any]]
Sample = Callable[[], dict[str, Any]]

LONGEST_SUBJECT = 200
MAILS: dict[str, Builder] = {}
SAMPLES: dict[str, Sample] = {}
CATEGORIES: dict[str, MailCategory] = {}
CONFIDENTIAL: set[str] = set()
TRANSACTIONAL = MailCategory.TRANSACTIONAL


class UnknownMail(LookupError):
    """No mail has this name."""


class Outdated(Exception):
    """What the mail was to tell is over, by a newer code for instance; nobody misses it."""


class ShownToRecipientOnly(Exception):
    """The mail holds a key to somebody's account; it is for nobody else's eyes."""


def mail(builder: Builder | None = None, *, confidential: bool = False, category: MailCategory = TRANSACTIONAL) -> Any:
    """Register a mail by its function's name; a confidential one (with a code in it) is not shown in the console.

    The function takes the facts as keywords and returns the context of its templates,
    `mail/<name>.subject.txt`, `mail/<name>.txt` and `mail/<name>.html`; or it raises Outdated.
    Whoever gets a mail that is not transactional can unsubscribe from its category with one click.
    """

    def register(function: Builder) -> Builder:
        name = function.__name__
        if name in MAILS:
            raise ValueError(f"There are two mails named {name}.")
        MAILS[name], CATEGORIES[name] = function, category
        if confidential:
            CONFIDENTIAL.add(name)
        return function

    return register if builder is None else register(builder)


def sample_of(builder: Builder) -> Callable[[Sample], Sample]:
    """Register made-up contents of a mail, for the console's page of all mails; they need no row of the database."""

    def register(function: Sample) -> Sample:
        SAMPLES[builder.__name__] = function
        return function

    return register


def category_of(name: str) -> MailCategory:
    return CATEGORIES.get(name, TRANSACTIONAL)


def builder_of(name: str) -> Builder:
    try:
        return MAILS[name]
    except KeyError:
        raise UnknownMail(f"There is no mail named {name}.") from None


def check_facts(name: str, facts: dict[str, Any]) -> None:
    """Refuse facts that the mail cannot be made of, while its sender can still be blamed."""
    inspect.signature(builder_of(name)).bind(**facts)


def build(message: OutboxMessage) -> AnymailMessage:
    """The mail, in its recipient's language."""
    with translation.override(message.language):
        link = unsubscribe_link(message.recipient, category_of(message.name))
        made = compose(message.name, builder_of(message.name)(**message.facts), message.language, link)
    made.to = [message.recipient]
    made.extra_headers |= {
        "Message-ID": message.message_id,
        "X-Entity-Ref-ID": str(message.id),  # where a mail service puts a Message-ID of its own
        "Auto-Submitted": "auto-generated",
    }
    if link:  # RFC 8058: the mail program asks, nobody has to look at a page
        made.extra_headers |= {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    made.tags, made.metadata = [message.name], {"outbox": str(message.id)}  # a mail service's events bring them back
    return made


def sample(name: str, language: str) -> AnymailMessage:
    """The mail with made-up contents. Raises UnknownMail for one without."""
    if name not in SAMPLES:
        raise UnknownMail(f"There is no sample of a mail named {name}.")
    with translation.override(language):
        link = unsubscribe_link("reader@example.com", category_of(name))
        return compose(name, SAMPLES[name](), language, link)


def compose(name: str, contents: dict[str, Any], language: str, unsubscribe: str = "") -> AnymailMessage:
    """Subject, text and HTML from the mail's templates, in the language that is active."""
    context = {
        "shop_name": settings.SHOP_NAME,
        "shop_url": settings.SHOP_URL.rstrip("/"),
        "language": language,
        "unsubscribe_url": unsubscribe,
        **contents,
    }
    subject = as_text(f"mail/{name}.subject.txt", context)
    made = AnymailMessage(
        subject=" ".join(subject.split())[:LONGEST_SUBJECT],  # a title with a line break adds no header
        body=as_text(f"mail/{name}.txt", context).strip() + "\n",
    )
    made.attach_alternative(get_template(f"mail/{name}.html").render(context), "text/html")
    return made


def as_text(template: str, context: dict[str, Any]) -> str:
    """Plain text, in which “&” is “&”."""
    return Engine.get_default().get_template(template).render(Context(context, autoescape=False))


def preview(message: OutboxMessage) -> AnymailMessage:
    """The mail as it would be sent now, for the console; whatever making it writes is undone."""
    if message.name in CONFIDENTIAL:
        raise ShownToRecipientOnly(_("This mail holds a code or a link that signs somebody in. It is not shown here."))
    with transaction.atomic():
        made = build(message)
        transaction.set_rollback(True)
    return made
