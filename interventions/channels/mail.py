"""E-mails about an order, each with a way to opt out."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from interventions.channels.claims import Claim
from interventions.channels.contacts import Contact
from interventions.channels.mail_server import MailServer
from interventions.channels.texts import Texts
from interventions.channels.unsubscribing import UnsubscribeLinks
from store.errors import RefusedError
from store.settings import Settings


class MailSender:
    """Writes e-mails and hands them to a mail server; see `MailServer` for errors."""

    def __init__(self, settings: Settings) -> None:
        self._server = MailServer(settings)
        self._texts = Texts(settings)
        self._links = UnsubscribeLinks(settings)

    def prepare(self, claim: Claim, contact: Contact) -> EmailMessage:
        """Return a message as it is sent.

        Raises
        ------
        RefusedError
            If the person has no address, or there is no text.
        """
        if not contact.email:
            raise RefusedError(contact.error or "the contacts have no e-mail address")
        url = self._links.url(claim.intervention_id, claim.pseudonym, claim.channel)
        text = self._texts.text(claim, contact.language, url)
        message = EmailMessage(policy=SMTP)
        message["From"] = self._server.sender
        message["To"] = Address(addr_spec=contact.email)
        message["Subject"] = text.subject
        message["Date"] = format_datetime(claim.claimed_at)
        # The same at every try: a mailbox that gets it twice can tell.
        message["Message-ID"] = (
            f"<{claim.intervention_id}@{self._server.sender.domain}>"
        )
        message["List-Unsubscribe"] = f"<{url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        # No automatic answers, such as that somebody is away (RFC 3834).
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text.plain)
        if text.html:
            message.add_alternative(text.html, subtype="html")
        return message

    def send(self, message: EmailMessage) -> None:
        """Hand a message over; see `MailServer.send`."""
        self._server.send(message)

    def close(self) -> None:
        """Take leave of the server."""
        self._server.close()
