"""The office: its settings, reference tables, profiles, clock and folders.

Here: the schema of `office.yaml` and loading an office folder. Not here: any rule of counting (dbt).
Invariant: a setting is validated once, here; below this nobody reads YAML of the office.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from pipelines.office.clock import Clock
from pipelines.office.corrections import Correction, load_corrections
from pipelines.office.engine import ReadingSection, WarehouseSection
from pipelines.office.errors import OfficeError
from pipelines.office.nearest import nearest
from pipelines.office.notify import Notify, environment_name
from pipelines.office.profiles import Profile, issued_profile, load_profiles, profile_files
from pipelines.office.reference import load_reference
from pipelines.office.secret_names import names_a_secret
from pipelines.office.streams import streams
from pipelines.office.tables import UNIT_KINDS
from pipelines.office.yaml_file import load_validated, place_of

# Five parts: minute, hour, day, month, weekday.
_CRON = r"^(\S+\s+){4}\S+$"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OfficeSection(_Strict):
    """Names and layout facts of the office that the documents print."""

    name: str
    unit_id: str
    parent_name: str = ""
    short_name: str = ""
    place: str = ""
    receiving_agency: str = ""
    report_symbol: str = "BC-UBND"
    letter_symbol: str = "UBND"
    recipients: list[str] = Field(default_factory=list)
    # What the report is made under, each as it is cited: circular, plan of the year.
    legal_basis: list[str] = Field(default_factory=list)
    letter_recipients: list[str] = Field(default_factory=lambda: ["Như trên", "Lưu: VT"])
    signature: list[str] = Field(default_factory=list)
    timezone: str = "Asia/Ho_Chi_Minh"
    clock: dt.datetime | None = None


class UnitDocuments(_Strict):
    """How a unit's own report is headed and signed; what is left out comes from its kind, then from the office.

    `place` may hold {short_name}: a ward writes its own name before the date (NĐ 30/2020).
    """

    parent_name: str | None = None
    place: str | None = None
    receiving_agency: str | None = None
    report_symbol: str | None = None
    recipients: list[str] | None = None
    signature: list[str] | None = None


class Switches(_Strict):
    """The counting switches (domain/13); each becomes one column of `landed.question`."""

    closing_event: Literal["finished_at", "delivered_at"] = "finished_at"
    lateness_granularity: Literal["date", "timestamp"] = "date"
    due_on_cutoff_day: Literal["in_time", "overdue"] = "in_time"
    overdue_basis: Literal["latest_due", "original_due"] = "latest_due"
    awaiting_supplement_bucket: Literal["pending_in_time", "resolved_on_time"] = "pending_in_time"
    returned_withdrawn_bucket: Literal["resolved_on_time", "excluded", "own_column"] = "resolved_on_time"
    null_channel: Literal["direct", "unknown"] = "direct"
    missing_due_date: Literal["catalogue_limit", "in_time"] = "catalogue_limit"
    supplement_clock: Literal["resume", "restart"] = "resume"
    counting_unit: Literal["competent_level", "receiving_unit"] = "competent_level"
    include_vertical_agencies: bool = False
    late_data_policy: Literal["correct_closed_period", "recognise_in_current"] = "correct_closed_period"
    estimate_method: Literal["none", "run_rate", "manual"] = "none"
    feedback_both_kind: Literal["act", "both"] = "act"
    feedback_published: Literal["answered_in_period", "published_in_period"] = "answered_in_period"
    feedback_answer_days: int = Field(15, ge=0)
    feedback_publish_days: int = Field(2, ge=0)
    feedback_complex_days: int = Field(30, ge=0)
    review_target_percent: int = Field(20, ge=0, le=100)
    overdue_basis_audit: Literal["original_due", "latest_due"] = "original_due"
    apology_lead: Literal["working_day", "calendar_day"] = "working_day"
    intake_limit_days: int = Field(1, ge=0)


class Deadlines(_Strict):
    """When units must have sent (domain/04 4.2)."""

    unit_deadline_day: int = Field(12, ge=1, le=28)
    unit_deadline_inclusive: bool = False
    # Month and day before which a unit's plans of the year must be issued ("trước ngày 31/01").
    plan_before: str = Field(
        "01-31",
        pattern=r"^((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)|02-(0[1-9]|1\d|2[0-8]))$",
    )
    # When the schedules ask, in the office's time zone: before the units' deadline, just after it, after the cut-off.
    reminder_cron: str = Field("0 7 10 3,6,9,12 *", pattern=_CRON)
    deadline_cron: str = Field("0 7 12 3,6,9,12 *", pattern=_CRON)
    final_cron: str = Field("0 7 15 3,6,9,12 *", pattern=_CRON)


class Window(_Strict):
    """Years a date in a delivered file may have; outside is a typing error."""

    min: dt.date = dt.date(2000, 1, 1)
    max_days_after_observed: int = Field(3660, ge=0)


class Words(_Strict):
    """Which sections of a report the office writes itself (words/<period>.md); an empty one blocks a final."""

    required: list[str] = Field(default_factory=lambda: ["II.3", "III", "IV"])


class Access(_Strict):
    """Who on this machine may read what is written: bits taken from every new file (octal).

    027: the office's account writes, its group reads, nobody else.
    """

    umask: str = Field("027", pattern="^0?[0-7]{3}$")


class Number(_Strict):
    """How figures are printed."""

    percent_decimals: int = Field(2, ge=0, le=4)


class FolderSource(_Strict):
    """A folder anywhere that holds <period>/<unit>/…, by its fsspec address (sftp://…, smb://…, file://…).

    `options` go to the file system as they are; `options_env` name environment variables that hold its secrets.
    """

    kind: Literal["folder"]
    source_id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    url: str
    # Fingerprint of an SFTP server's key, as `ssh-keygen -lf` prints it; without it no such server is spoken to.
    host_key: str | None = Field(None, pattern=r"^SHA256:[A-Za-z0-9+/]{43}$")
    options: dict[str, str | int | bool] = Field(default_factory=dict)
    options_env: dict[str, str] = Field(default_factory=dict)

    @field_validator("options_env")
    @classmethod
    def _names(cls, given: dict[str, str]) -> dict[str, str]:
        for variable in given.values():
            environment_name(variable)
        return given

    @model_validator(mode="after")
    def _safe(self) -> FolderSource:
        scheme, _, rest = self.url.partition("://")
        if "::" in self.url:
            raise ValueError("url chỉ là một địa chỉ, không nối nhiều hệ thống bằng «::»")
        if scheme.lower() in ("sftp", "ssh") and self.host_key is None:
            raise ValueError("nguồn sftp phải có host_key (dấu của máy chủ: SHA256:…)")
        if scheme.lower() in ("ftp", "http"):
            raise ValueError(f"nguồn {scheme} gửi mật khẩu và tệp không mã hóa; dùng sftp, https hoặc smb")
        if "@" in rest and ":" in rest.partition("@")[0]:
            raise ValueError("url chứa mật khẩu; ghi tên biến môi trường ở options_env thay vào")
        if names_a_secret(rest.partition("?")[2]):
            raise ValueError("url chứa bí mật (sau dấu ?); ghi tên biến môi trường ở options_env thay vào")
        secret = [name for name in self.options if names_a_secret(name)]
        if secret:
            raise ValueError(f"options chứa bí mật ({', '.join(sorted(secret))}); dùng options_env")
        return self


class QuerySource(_Strict):
    """A query whose rows are what one unit sends; the address of the database is in an environment variable.

    The query may name :period_start, :period_end and :today; `{day}` in the file name is the day it was asked.
    """

    kind: Literal["query"]
    source_id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    url_env: str
    # One query that only reads: begins with select or with, and is one statement.
    query: str = Field(pattern=r"(?is)^\s*(select|with)\b[^;]*;?\s*$")
    unit_id: str = Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]*$")
    file_name: str = Field(pattern=r"^[^/\\]*\{day\}[^/\\]*\.csv$")

    _names = field_validator("url_env")(environment_name)


class OfficeSettings(_Strict):
    """The whole of `office.yaml`."""

    office: OfficeSection
    switches: Switches = Field(default_factory=Switches)
    deadlines: Deadlines = Field(default_factory=Deadlines)
    number: Number = Field(default_factory=Number)
    warehouse: WarehouseSection = Field(default_factory=WarehouseSection)
    reading: ReadingSection = Field(default_factory=ReadingSection)
    access: Access = Field(default_factory=Access)
    words: Words = Field(default_factory=Words)
    notify: Notify = Field(default_factory=Notify)
    window: Window = Field(default_factory=Window)
    # Ids of the forms a report prints while they are in force (domain/13); None: every form but those on demand.
    forms_enabled: list[str] | None = None
    # Ids of the forms the superior asks for, in their order; None: those of the circular. The others are kept.
    forms_sent: list[str] | None = None
    # By kind of unit (ward, department …) or by unit id; the unit's own line comes before that of its kind.
    unit_documents: dict[str, UnitDocuments] = Field(default_factory=dict)
    sources: list[Annotated[FolderSource | QuerySource, Field(discriminator="kind")]] = Field(default_factory=list)


@dataclass(frozen=True)
class Office:
    """One office folder, loaded."""

    root: Path
    settings: OfficeSettings
    reference: dict[str, pd.DataFrame]
    profiles: list[Profile]
    corrections: tuple[Correction, ...] = ()

    @property
    def data(self) -> Path:
        """Folder of everything the software writes (`data/` in the office, or KSTT_DATA)."""
        return Path(os.environ["KSTT_DATA"]) if os.environ.get("KSTT_DATA") else self.root / "data"

    @property
    def inbox(self) -> Path:
        """Folder where units' files arrive: inbox/<period>/<unit>/."""
        return self.root / "inbox"

    @property
    def templates(self) -> Path:
        """Folder of the office's own words, looked in before the common ones."""
        return self.root / "templates"

    @property
    def letterhead(self) -> Path | None:
        """The Word file whose styles and page the office's documents take; None when it has none."""
        path = self.root / "letterhead.docx"
        return path if path.is_file() else None

    @cached_property
    def clock(self) -> Clock:
        """The office's clock, pinned when office.yaml reports it."""
        zone = ZoneInfo(self.settings.office.timezone)
        return Clock(zone, self.settings.office.clock)

    @cached_property
    def reference_hash(self) -> str:
        """One hash over the settings and reference tables: what an answer depends on beside deliveries.

        Sections `warehouse` and `reading` are left out: an answer is the same whatever counts it and reads.
        """
        settings = self.settings.model_dump_json(exclude={"warehouse", "reading"})
        return _hash_files(sorted((self.root / "reference").glob("*.csv")), settings.encode())

    @cached_property
    def paper_hash(self) -> str:
        """One hash over the office's own words and letterhead: what its documents look like."""
        own = [path for path in sorted(self.templates.rglob("*")) if path.is_file()]
        return _hash_files([*own, *([self.letterhead] if self.letterhead else [])])

    @cached_property
    def _table_hashes(self) -> dict[str, str]:
        return {
            name: hashlib.sha256(table.to_csv(index=False).encode()).hexdigest()
            for name, table in self.reference.items()
        }

    def tables_hash(self, *names: str) -> str:
        """One hash over the content of some reference tables."""
        return hashlib.sha256("".join(self._table_hashes[name] for name in names).encode()).hexdigest()

    def profile_for(self, unit_id: str, file_name: str) -> Profile | None:
        """Return the first profile that fits a file of a unit, one that takes any name last; or None.

        A version an office below issued is known by its name; no profile of the office need name it.
        """
        issued = issued_profile(file_name)
        if issued:
            return issued
        fitting = [profile for profile in self.profiles if profile.fits(unit_id, file_name)]
        return min(fitting, key=lambda profile: profile.takes_any_name(unit_id, file_name), default=None)

    def profile_hash(self, profile: Profile) -> str:
        """Hash of one profile's content (part of the recipe of a typed file)."""
        known = self._profile_hashes.get(id(profile))
        if known is None or known[0] is not profile:
            known = profile, hashlib.sha256(profile.model_dump_json(by_alias=True).encode()).hexdigest()
            self._profile_hashes[id(profile)] = known
        return known[1]

    @cached_property
    def _profile_hashes(self) -> dict[int, tuple[Profile, str]]:
        """The hashes made so far, each with its profile: thousands of files are of one."""
        return {}

    @cached_property
    def window_text(self) -> str:
        """The window of dates as text (part of the recipe of a typed file)."""
        return self.settings.window.model_dump_json()


def _hash_files(paths: list[Path], beside: bytes = b"") -> str:
    digest = hashlib.sha256(beside)
    for path in paths:
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True)
class Parts:
    """What could be read of an office folder, and everything that is wrong with it; None for a part not readable."""

    settings: OfficeSettings | None
    reference: dict[str, pd.DataFrame] | None
    profiles: list[Profile] | None
    corrections: tuple[Correction, ...] | None
    faults: tuple[str, ...]


def read_parts(root: Path) -> Parts:
    """Read settings, tables, profiles and corrections of an office folder, each whatever is wrong with the others."""
    faults: list[str] = []

    def part(load: Callable[[Path], Any], name: str) -> Any:
        try:
            return load(root / name)
        except OfficeError as error:
            faults.append(str(error))
            return None

    settings = part(lambda path: load_validated(path, OfficeSettings), "office.yaml")
    reference = part(load_reference, "reference")
    profiles = part(load_profiles, "profiles")
    corrections = part(load_corrections, "corrections.yaml")
    return Parts(settings, reference, profiles, corrections, tuple(faults))


def load_office(path: Path | str) -> Office:
    """Load an office folder.

    Raises:
        OfficeError: the folder is not an office, or settings, tables or profiles are wrong; all faults are named.
    """
    root = Path(path).resolve()
    if not root.is_dir():
        raise OfficeError(f"Không có thư mục đơn vị {root}. Dùng --office để chỉ thư mục có office.yaml.")
    parts = read_parts(root)
    settings, reference, profiles, corrections = parts.settings, parts.reference, parts.profiles, parts.corrections
    if settings is None or reference is None or profiles is None or corrections is None:
        raise OfficeError("\n".join(parts.faults))
    if faults := [*named_wrongly(root, settings, reference, profiles, corrections)]:
        raise OfficeError("\n".join(faults))
    return Office(root=root, settings=settings, reference=reference, profiles=profiles, corrections=corrections)


def named_wrongly(
    root: Path,
    settings: OfficeSettings,
    reference: dict[str, pd.DataFrame],
    profiles: list[Profile],
    corrections: tuple[Correction, ...],
) -> Iterator[str]:
    """Yield units, kinds of units and streams that settings name and no table or contract has, with their place."""
    units = set(reference["units"]["unit_id"])
    kinds_and_units = units | set(UNIT_KINDS)
    own, fixes = root / "office.yaml", root / "corrections.yaml"
    named: list[tuple[Path, tuple[int | str, ...], str, set[str]]] = []
    named.append((own, ("office", "unit_id"), settings.office.unit_id, units))
    named += [
        (own, ("sources", number, "unit_id"), source.unit_id, units)
        for number, source in enumerate(settings.sources)
        if isinstance(source, QuerySource)
    ]
    named += [(own, ("unit_documents", name), name, kinds_and_units) for name in settings.unit_documents]
    named += [(own, ("notify", "units", name), name, units) for name in settings.notify.units]
    for path, profile in zip(profile_files(root / "profiles"), profiles, strict=True):
        named.append((path, ("stream",), profile.stream, set(streams())))
        named += [
            (path, ("match", "units", number), unit_id, units | {"*"})
            for number, unit_id in enumerate(profile.match.units)
        ]
    for number, item in enumerate(corrections):
        named.append((fixes, (number, "stream"), item.stream, set(streams())))
        named += [(fixes, (number, "unit_id"), item.unit_id, units)] if item.unit_id is not None else []
    for path, location, name, known in named:
        if name not in known:
            yield f"Tệp {place_of(path, *location)}: «{name}» không có{nearest(name, known)}"
