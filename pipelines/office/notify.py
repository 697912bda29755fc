"""Settings of what is told to whom: addresses, ways of sending.

Here: the schema of `notify` in office.yaml. Not here: what is told (notices), sending (notices/ways).
Invariant: no secret stands in the settings, only the names of the environment variables that hold them.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

Address = Annotated[str, Field(pattern=r"^[^@\s<>]+@[^@\s<>]+$")]


def environment_name(given: str | None) -> str | None:
    """Return a name as it is; what cannot be one may be the secret itself, and is not shown."""
    if given is not None and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", given):
        raise ValueError("ghi tên một biến môi trường (chữ cái không dấu, số, _), không ghi chính mật khẩu hay địa chỉ")
    return given


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Smtp(_Strict):
    """A mail server; user and password are in environment variables."""

    host: str
    port: int = Field(587, ge=1, le=65535)
    sender: Address
    # starttls: begins plain and must change to TLS; tls: TLS from the first byte; none: a server of this machine.
    security: Literal["starttls", "tls", "none"] = "starttls"
    user_env: str | None = None
    password_env: str | None = None

    _names = field_validator("user_env", "password_env")(environment_name)


class Notify(_Strict):
    """Who is told what, and how; without a way of sending every message lies in data/notices/ alone."""

    # Who collects the report: told of all that happens.
    officer: list[Address] = Field(default_factory=list)
    # Who is told when a deadline has passed and units still owe.
    chief: list[Address] = Field(default_factory=list)
    # Unit id → its addresses: reminders, refused files, mend books.
    units: dict[str, list[Address]] = Field(default_factory=dict)
    # How many days before the units' last day each reminder is sent; 0 is that day.
    days_before: list[Annotated[int, Field(ge=0, le=60)]] = Field(default_factory=lambda: [5, 2, 0])
    # Whether reminders go to the units themselves, or wait in data/notices/ for the officer to send.
    mail_units: bool = True
    smtp: Smtp | None = None
    # Environment variable that holds the address each message is also posted to as JSON.
    webhook_env: str | None = None
    # A folder where each message is also laid as a text file (a share another system looks at).
    folder: str | None = None

    _names = field_validator("webhook_env")(environment_name)
