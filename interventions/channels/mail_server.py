"""A mail server: one connection for many messages, and what its answers mean.

Until the text was handed over a message surely did not go out. From there to the
server's answer nobody knows.
"""

import smtplib
import ssl
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from interventions.channels.contacts import EMAIL
from store.errors import (
    AwayError,
    DelayedError,
    RefusedError,
    SettingsError,
    UncertainError,
)
from store.settings import Settings

PORTS = {"smtps": 465, "smtp+starttls": 587, "smtp": 25}
# The server is about to close: the next message needs a new connection.
CLOSING = 421
# What smtplib calls a line that is no answer.
NO_CODE = -1


class MailServer:
    """Takes messages of the shop's own sender.

    Parameters
    ----------
    settings : Settings
        Has server and sender.

    Raises
    ------
    SettingsError
        If the sender is no address, or a password would be sent unencrypted.
    """

    def __init__(self, settings: Settings) -> None:
        self.sender = _sender(settings.mail_from)
        self._server = urlsplit(settings.smtp_url)
        self._timeout = settings.send_timeout_seconds
        self._smtp: smtplib.SMTP | None = None
        if self._server.username and self._server.scheme == "smtp":
            raise SettingsError(
                "TRENDGUARD_SMTP_URL has a password and no TLS: "
                "use smtps:// or smtp+starttls://"
            )

    def send(self, message: EmailMessage) -> None:
        """Hand a message over.

        Raises
        ------
        RefusedError, DelayedError, AwayError, UncertainError
            See `store.errors`.
        """
        smtp = self._connected()
        to = [address.addr_spec for address in message["To"].addresses]
        try:
            self._announce(smtp, to)
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise DelayedError(f"the mail server: {_kind(error)}") from None
        try:
            code, _ = smtp.data(message.as_bytes())
        except smtplib.SMTPDataError as error:
            code = error.smtp_code
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise UncertainError(
                f"the mail server gave no answer to the text: {_kind(error)}"
            ) from None
        if code == NO_CODE:
            self.close()
            raise UncertainError("the mail server's answer to the text is no answer")
        self._judge(code)

    def close(self) -> None:
        """Take leave of the server."""
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        try:
            smtp.quit()
        except (smtplib.SMTPException, OSError):
            smtp.close()

    def _announce(self, smtp: smtplib.SMTP, to: list[str]) -> None:
        code, _ = smtp.mail(self.sender.addr_spec)
        if 500 <= code <= 599:
            # Not the person is refused but we are.
            self.close()
            raise AwayError(f"the mail server refuses the sender: {code}")
        self._judge(code)
        for address in to:
            self._judge(smtp.rcpt(address)[0])

    def _judge(self, code: int) -> None:
        """Raise what an answer means; its words are not kept, they may name people."""
        if code in (250, 251):
            return
        self._begin_anew(code)
        if 500 <= code <= 599:
            raise RefusedError(f"the mail server answered {code}")
        raise DelayedError(f"the mail server answered {code}")

    def _begin_anew(self, code: int) -> None:
        if self._smtp is None:
            return
        try:
            if code not in (CLOSING, NO_CODE):
                self._smtp.rset()
                return
        except (smtplib.SMTPException, OSError):
            pass
        self.close()

    def _connected(self) -> smtplib.SMTP:
        if self._smtp is None:
            try:
                self._smtp = self._connect()
            except smtplib.SMTPAuthenticationError as error:
                raise AwayError(
                    f"the mail server refused the log-in: {error.smtp_code}"
                ) from None
            except (smtplib.SMTPException, OSError) as error:
                raise AwayError(
                    f"the mail server can't be reached: {_kind(error)}"
                ) from None
        return self._smtp

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        host, port = server.hostname or "", server.port or PORTS[server.scheme]
        safe = ssl.create_default_context()
        smtp = (
            smtplib.SMTP_SSL(host, port, timeout=self._timeout, context=safe)
            if server.scheme == "smtps"
            else smtplib.SMTP(host, port, timeout=self._timeout)
        )
        try:
            if server.scheme == "smtp+starttls":
                smtp.starttls(context=safe)
            smtp.ehlo_or_helo_if_needed()
            if server.username:
                smtp.login(unquote(server.username), unquote(server.password or ""))
        except BaseException:
            smtp.close()
            raise
        return smtp


def _sender(text: str) -> Address:
    name, address = parseaddr(text)
    try:
        if not EMAIL.fullmatch(address) or any(c in text for c in "\r\n"):
            raise ValueError(address)
        return Address(name, addr_spec=address)
    except (ValueError, HeaderParseError) as error:
        raise SettingsError(
            "TRENDGUARD_MAIL_FROM is no sender such as `The Shop <care@shop.example>`"
        ) from error


def _kind(error: Exception) -> str:
    """Name an error without its words: servers repeat addresses in them."""
    is_late = isinstance(error, TimeoutError)
    return "it took too long" if is_late else type(error).__name__
