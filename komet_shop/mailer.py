"""Writes mails from templates and hands them to an SMTP server."""

import hashlib
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from komet_shop import mail_texts
from komet_shop.clock import Clock
from komet_shop.config import Config
from komet_shop.mail_texts import Language
from komet_shop.services.letters import Letter, MailRefused, MailUnavailable
from komet_shop.web.filters import money

SECONDS = 10.0
"""How long the mail server may take for each step of the conversation."""

DEFAULT_PORTS = {"smtp": 25, "smtps": 465}


class Mailer:
    """Sends one letter to one recipient at a time, as text and HTML.

    `KOMET_SHOP_MAIL_URL` is `smtp://host:port` (STARTTLS where the server offers it) or
    `smtps://user:password@host:port`. Rule: docs/operations.md, "Mail".
    """

    def __init__(self, config: Config, clock: Clock, *, seconds: float = SECONDS) -> None:
        self._url = urlsplit(config.mail_url)
        self._address = config.mail_from
        self._base_url = config.base_url
        self._clock = clock
        self._seconds = seconds

    def send(self, letter: Letter) -> None:
        """Write a letter and hand it over.

        A letter that is sent again has the same Message-ID, so that mail programs which got
        it the first time show it once.

        Raises:
            MailUnavailable: no server is set up, it is down, or it says "later".
            MailRefused: the address or the message is not taken.
        """
        if not self._url.hostname:
            raise MailUnavailable("no mail server: KOMET_SHOP_MAIL_URL is not set")
        message = self._message(letter)
        with _translated(), _connect(self._url, self._seconds) as server:
            server.send_message(message, from_addr=self._address, to_addrs=[letter.to])

    def _message(self, letter: Letter) -> EmailMessage:
        speech = mail_texts.language(letter.locale)
        words = mail_texts.words(letter, speech, self._base_url)
        context = {
            "company_name": letter.sender.company,
            "locale": speech.code,
            "reply_to": self._address,
            **words.context,
        }
        message = EmailMessage(policy=SMTP)
        try:
            self._head(message, letter, words.subject)
        except ValueError as error:  # a line break, or no address at all
            raise MailRefused(f"a header cannot be written: {error}") from error
        environment = _environment(speech)
        message.set_content(environment.get_template(f"{letter.template}.txt").render(context))
        html = environment.get_template(f"{letter.template}.html").render(context)
        message.add_alternative(html, subtype="html")
        return message

    def _head(self, message: EmailMessage, letter: Letter, subject: str) -> None:
        domain = self._address.rpartition("@")[2]
        unique = hashlib.sha256(letter.key.encode()).hexdigest()[:32]
        sender = Address(display_name=letter.sender.company, addr_spec=self._address)
        message["From"] = sender
        message["To"] = Address(addr_spec=letter.to)
        message["Reply-To"] = sender
        message["Subject"] = f"{subject} · {letter.sender.company}"
        message["Date"] = format_datetime(self._clock.now())
        message["Message-ID"] = f"<{unique}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"


@contextmanager
def _connect(url: SplitResult, seconds: float) -> Iterator[smtplib.SMTP]:
    host, port = url.hostname or "", url.port or DEFAULT_PORTS.get(url.scheme, 25)
    server = (
        smtplib.SMTP_SSL(host, port, timeout=seconds, context=_verifying())
        if url.scheme == "smtps"
        else smtplib.SMTP(host, port, timeout=seconds)
    )
    with server:
        server.ehlo_or_helo_if_needed()
        if url.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=_verifying())
            server.ehlo()
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
        yield server


@cache
def _verifying() -> ssl.SSLContext:
    """The machine's certificates take a while to load, so they are kept."""
    return ssl.create_default_context()


@contextmanager
def _translated() -> Iterator[None]:
    """Tell "later" from "never": 5xx about this recipient or message is never."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        raise _trouble(code, "recipient") from None
    except smtplib.SMTPDataError as error:
        raise _trouble(error.smtp_code, "message") from None
    except smtplib.SMTPNotSupportedError:
        raise MailRefused("the mail server cannot write to this address") from None
    except (smtplib.SMTPException, OSError) as error:
        raise MailUnavailable(f"mail server: {type(error).__name__}") from None


def _trouble(code: int, what: str) -> Exception:
    text = f"the mail server answered {code} to the {what}"
    return MailRefused(text) if code >= 500 else MailUnavailable(text)


@cache
def _environment(speech: Language) -> Environment:
    environment = Environment(
        loader=FileSystemLoader([_templates() / "emails", _templates()]),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.filters["money"] = money
    install = environment.install_gettext_callables  # type: ignore[attr-defined]  # by i18n
    install(speech.texts.gettext, speech.texts.ngettext, newstyle=True)
    return environment


def _templates() -> Path:
    """Inside the package when installed, beside it in a checkout."""
    here = Path(__file__).parent
    return here / "templates" if (here / "templates").is_dir() else here.parent / "templates"
