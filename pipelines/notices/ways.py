"""The ways a message goes: a mail server, a webhook, a folder.

Here: sending one message one way. Not here: whether it was sent before (register), to whom what is told (collect).
Invariant: a password stands in the environment only and goes over TLS only; a way that fails raises and says why.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import json
import mimetypes
import os
import smtplib
import ssl
import urllib.request
from collections.abc import Callable
from email.header import Header
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path
from typing import Any

from pipelines.notices.message import CHIEF, OFFICER, Message
from pipelines.office.errors import OfficeError
from pipelines.office.files import write_atomically
from pipelines.office.notify import Notify, Smtp
from pipelines.office.settings import Office

_SECONDS = 30
Way = Callable[[Message], None]


def ways_of(office: Office, message: Message) -> dict[str, Way]:
    """Return the ways a message to its audience goes by the settings; none where nobody is named."""
    settings = office.settings.notify
    found: dict[str, Way] = {}
    addresses = addresses_of(settings, message.audience)
    smtp = settings.smtp
    if smtp is not None and addresses:
        found["mail"] = lambda item: _mail(smtp, addresses, item, office.clock.now())
    if settings.webhook_env is not None:
        variable = settings.webhook_env
        found["webhook"] = lambda item: _post(variable, item)
    if settings.folder is not None:
        folder = office.root / settings.folder
        found["folder"] = lambda item: _lay(folder, item, office.clock.now())
    return found


def addresses_of(settings: Notify, audience: str) -> list[str]:
    """Return where an audience is mailed to; a unit nowhere where its mails wait for the officer (mail_units)."""
    if audience in (OFFICER, CHIEF):
        return list(settings.officer if audience == OFFICER else settings.chief)
    return list(settings.units.get(audience, [])) if settings.mail_units else []


def _mail(smtp: Smtp, addresses: list[str], message: Message, at: dt.datetime) -> None:
    mail: Any = MIMEMultipart()  # whose stubs know no Header
    mail["From"], mail["To"] = smtp.sender, ", ".join(addresses)
    # EmailMessage loses a space where it folds a long subject; Header encodes it inside the words.
    mail["Subject"] = Header(message.subject, "utf-8")
    mail["Date"] = email.utils.format_datetime(at)
    mail["Message-ID"] = f"<{message.digest[:32]}@{smtp.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.attach(MIMEText(message.body, "plain", "utf-8"))
    for path in message.files:
        part = MIMEApplication(path.read_bytes(), _subtype=_subtype(path))
        part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", path.name))
        mail.attach(part)
    with _server(smtp) as server:
        user = _secret(smtp.user_env)
        if user:
            server.login(user, _secret(smtp.password_env))
        refused = server.send_message(mail)
    if refused:  # some took it: sent again it would reach them twice
        raise SomeRefused(", ".join(sorted(refused)))


def _subtype(path: Path) -> str:
    """Return what kind of application a file is of, by its name."""
    main, _, sub = (mimetypes.guess_type(path.name)[0] or "").partition("/")
    return sub if main == "application" else "octet-stream"


class SomeRefused(OfficeError):
    """The server took the mail for some of the addresses, and refused these."""


def _server(smtp: Smtp) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if smtp.security == "tls":
        return smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=_SECONDS, context=context)
    server = smtplib.SMTP(smtp.host, smtp.port, timeout=_SECONDS)
    try:
        if smtp.security == "starttls":
            server.starttls(context=context)
        elif smtp.user_env is not None and smtp.host not in ("localhost", "127.0.0.1", "::1"):
            raise OfficeError(
                "notify.smtp: không gửi mật khẩu qua đường không mã hóa; đặt security: starttls hoặc tls."
            )
    except BaseException:
        server.close()
        raise
    return server


def _secret(variable: str | None) -> str:
    if variable is None:
        return ""
    value = os.environ.get(variable, "")
    if not value:
        raise OfficeError(f"Biến môi trường {variable} (notify.smtp) chưa có giá trị.")
    return value


def _post(variable: str, message: Message) -> None:
    address = os.environ.get(variable, "")
    if not address.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise OfficeError(f"Biến môi trường {variable} (notify.webhook_env) phải là một địa chỉ https://.")
    content = {
        "id": message.digest,
        "kind": message.kind,
        "audience": message.audience,
        "subject": message.subject,
        "body": message.body,
    }
    data = json.dumps(content, ensure_ascii=False).encode()
    request = urllib.request.Request(address, data, {"Content-Type": "application/json; charset=utf-8"})
    with urllib.request.urlopen(request, timeout=_SECONDS):  # a status of 4xx or 5xx raises
        pass


def _lay(folder: Path, message: Message, at: dt.datetime) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{at:%Y%m%d-%H%M}-{message.kind}-{message.audience}-{message.digest[:8]}.txt"
    files = "".join(f"\nKèm theo: {path.name}" for path in message.files)
    write_atomically(folder / name, f"{message.subject}\n\n{message.body}{files}\n".encode())
