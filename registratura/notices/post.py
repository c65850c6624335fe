"""The post: one letter over SMTP, by the standard library in a thread of its own."""

import asyncio
import re
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Self
from uuid import UUID

from registratura.notices import texts
from registratura.settings import Settings

_PATIENCE = 15.0  # seconds for each step of the talk with the server
# Stricter than the standard: no quotes, comments or lists, and nothing that could end a header.
_ADDRESS = re.compile(r"[^\s@<>()\[\]\\,;:\"]+@[^\s@<>()\[\]\\,;:\"]+")


class PostDown(Exception):
    """No letter can be sent now: no answer, a broken sign-in, «try later». Worth another try."""


class LetterRefused(Exception):
    """This letter will never be taken: the address is none, or the server said so for good."""


@dataclass(frozen=True)
class Post:
    """The SMTP server and the name under which we write."""

    host: str
    port: int
    tls: str
    user: str
    password: str = field(repr=False)
    sender: Address
    subject: str

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The server that these settings name."""
        return cls(
            host=settings.smtp_host,
            port=settings.smtp_port,
            tls=settings.smtp_tls,
            user=settings.smtp_user,
            password=settings.smtp_password,
            sender=Address(settings.portal_name, addr_spec=settings.smtp_from),
            subject=texts.subject(settings.portal_name),
        )

    def write(self, notice_id: UUID, to: str, text: str, at: datetime) -> EmailMessage:
        """The letter. Written again it is the same, so that mailboxes know it by its Message-ID.

        Refuses with `LetterRefused` what is no address.
        """
        if not _ADDRESS.fullmatch(to):
            raise LetterRefused("no address")
        letter = EmailMessage(policy.SMTP)
        letter["From"] = self.sender
        try:
            letter["To"] = Address(addr_spec=to)
        except (MessageError, ValueError, IndexError):  # what only looked like an address
            raise LetterRefused("no address") from None
        letter["Subject"] = self.subject
        letter["Date"] = format_datetime(at)
        letter["Message-ID"] = f"<{notice_id}@{self.sender.domain}>"
        letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday answers it
        letter.set_content(text + "\n", cte="base64")
        return letter

    async def send(self, letter: EmailMessage) -> None:
        """Hand the letter over. Refuses with `PostDown` or `LetterRefused`."""
        await asyncio.to_thread(self._hand_over, letter)

    def _hand_over(self, letter: EmailMessage) -> None:
        try:
            server = self._connect()
        except OSError as fault:  # every fault of smtplib and ssl is one
            raise PostDown(type(fault).__name__) from None
        try:
            server.send_message(letter)
        except OSError as fault:
            raise _sorted(fault) from None
        finally:
            with suppress(OSError):  # taken is taken, however the talk ends
                server.quit()
            server.close()

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        server: smtplib.SMTP
        if self.tls == "tls":
            server = smtplib.SMTP_SSL(self.host, self.port, timeout=_PATIENCE, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=_PATIENCE)
        try:
            if self.tls == "starttls":
                server.starttls(context=context)
            if self.user:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server


def _sorted(fault: OSError) -> PostDown | LetterRefused:
    """A server that refuses this letter for good (5xx, RFC 5321 4.2.1), or the post being down.

    A refused sender is our own setting: mended by the operator, not the letter's end.
    """
    match fault:
        case smtplib.SMTPRecipientsRefused():
            codes = [code for code, _ in fault.recipients.values()]
        case smtplib.SMTPDataError():
            codes = [fault.smtp_code]
        case smtplib.SMTPNotSupportedError():  # an address in Cyrillic, a server without SMTPUTF8
            return LetterRefused("the server takes no such address")
        case _:
            codes = []
    if any(code >= 500 for code in codes):
        return LetterRefused(f"status {max(codes)}")
    return PostDown(type(fault).__name__ + "".join(f" {code}" for code in codes))
