"""What a message says: templates, filled in."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from email.utils import parseaddr

from babel.dates import format_date
from babel.numbers import format_currency
from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    Template,
    TemplateNotFound,
    select_autoescape,
)

from interventions.channels.claims import Claim
from store.errors import RefusedError
from store.money import currency_exponents
from store.settings import Settings

DEFAULT_LANGUAGE = "en"
# Shops' titles can be whole paragraphs.
TITLE_CHARACTERS = 80


@dataclass(frozen=True)
class Text:
    """A message in words."""

    subject: str
    """One line."""

    plain: str
    """As text."""

    html: str | None = None
    """As a page, where the message has one."""


class Texts:
    """Fills in templates: the shop's own first, those that come along after them.

    A template is called ``<language>/<kind>.txt`` or ``.html`` and sets ``subject``.
    """

    def __init__(self, settings: Settings) -> None:
        folder = settings.templates_dir
        own = [FileSystemLoader(folder)] if folder else []
        self._templates = Environment(
            loader=ChoiceLoader([*own, PackageLoader("interventions.channels")]),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._shop = parseaddr(settings.mail_from)[0] or "the shop"
        self._footer = settings.mail_footer
        self._keep_days = settings.return_window_days

    def text(self, claim: Claim, language: str, unsubscribe_url: str) -> Text:
        """Return what a message says, in the person's language where there is a text.

        Raises
        ------
        RefusedError
            If there is no text for such a message.
        """
        language, plain = self._plain(claim.kind, language)
        keep_until = claim.purchased_at + timedelta(days=self._keep_days)
        values = {
            "code": offer_code(claim),
            "footer": self._footer,
            "keep_days": self._keep_days,
            "keep_until": format_date(keep_until, "long", locale=language),
            "offer": _offer(claim, language),
            "shop": self._shop,
            "title": one_line(claim.product_title),
            "unsubscribe_url": unsubscribe_url,
        }
        module = plain.make_module(values)
        html = self._html(claim.kind, language)
        return Text(
            subject=one_line(str(getattr(module, "subject", self._shop))),
            plain=str(module).strip() + "\n",
            html=html.render(values) if html else None,
        )

    def _plain(self, kind: str, language: str) -> tuple[str, Template]:
        for each in (language[:2], DEFAULT_LANGUAGE):
            if each and (found := self._find(f"{each}/{kind}.txt")):
                return each, found
        raise RefusedError(f"there is no text for {kind}")

    def _html(self, kind: str, language: str) -> Template | None:
        return self._find(f"{language}/{kind}.html")

    def _find(self, name: str) -> Template | None:
        try:
            return self._templates.get_template(name)
        except TemplateNotFound:
            return None


def offer_code(claim: Claim) -> str:
    """Return what a person names to get the offer."""
    return claim.intervention_id[:10].upper()


def one_line(text: str) -> str:
    r"""Return a text without line breaks and double spaces, cut where it is long.

    >>> one_line(" Leggings\r\nBcc: x")
    'Leggings Bcc: x'
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    is_long = len(line) > TITLE_CHARACTERS
    return line[: TITLE_CHARACTERS - 1].rstrip() + "…" if is_long else line


def _offer(claim: Claim, language: str) -> str:
    """Return the offer's worth in words, empty where there is none."""
    if claim.offer_minor is None or claim.currency is None:
        return ""
    digits = currency_exponents()[claim.currency]
    amount = Decimal(claim.offer_minor).scaleb(-digits)
    return format_currency(amount, claim.currency, locale=language)
