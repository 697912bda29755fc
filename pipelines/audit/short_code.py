"""Short codes of figures: what one can say on the telephone, e.g. 2021Q1-06a-B3-c10-v2.

Here: making and reading them. Not here: finding what a code names in a report (trace), the command line.
Invariant: within one report a code names one figure; a code read is the code made.

A code is period, form, row, column, version: the period's id without its hyphen, the form's `short` name (its yml),
the row's code without dots, c<number> or the name of a ratio or note; -v<n> for an issued version, nothing for the
draft. The form of another unit than the office's carries the unit: 06a@p03.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.figures.layout import Layouts
from pipelines.office.errors import OfficeError

_CODE = re.compile(
    r"(?P<period>[0-9A-Za-z]+)-(?P<form>[0-9a-z]+)(?:@(?P<unit>.+))?-(?P<row>[^-@]+)-(?P<column>(?!v\d+$)[a-z][a-z_0-9]*)"
    r"(?:-v(?P<version>\d+))?"
)
EXAMPLE = "2021Q1-06a-B3-c10-v2"


@dataclass(frozen=True)
class ShortCode:
    """The parts of a code, as written in it; `unit` is None for the office, `version` None for the newest draft."""

    period: str
    form: str
    unit: str | None
    row: str
    column: str
    version: int | None

    @property
    def text(self) -> str:
        """The code itself."""
        unit = f"@{self.unit}" if self.unit else ""
        version = f"-v{self.version}" if self.version else ""
        return f"{self.period}-{self.form}{unit}-{self.row}-{self.column}{version}"

    def period_among(self, period_ids: Iterable[str]) -> str:
        """Return the id of the period the code means.

        Raises:
            OfficeError: no period is written so.
        """
        known = {_squeezed(item): item for item in period_ids}
        if self.period.casefold() not in known:
            raise OfficeError(f"Mã «{self.text}»: không có kỳ «{self.period}».")
        return known[self.period.casefold()]

    def form_among(self, layouts: Layouts) -> str:
        """Return the id of the form the code means.

        Raises:
            OfficeError: the report has no form of that short name.
        """
        known = {layout.short: form_id for form_id, layout in layouts.items()}
        if self.form not in known:
            raise OfficeError(
                f"Mã «{self.text}»: báo cáo không có biểu «{self.form}». Các biểu: {', '.join(sorted(known))}."
            )
        return known[self.form]

    def row_among(self, row_codes: Iterable[str]) -> str:
        """Return the code of the row the code means.

        Raises:
            OfficeError: the form has no such row.
        """
        known = {short_row(code): code for code in row_codes}
        if self.row not in known:
            raise OfficeError(f"Mã «{self.text}»: biểu không có dòng «{self.row}». Các dòng: {', '.join(known)}.")
        return known[self.row]


def parse_short_code(text: str) -> ShortCode:
    """Return the parts of a code.

    Raises:
        OfficeError: it is not written as a code is.
    """
    found = _CODE.fullmatch(text.strip())
    if not found:
        raise OfficeError(f"«{text}» không phải mã số liệu. Dạng đúng: {EXAMPLE} (kỳ-biểu-dòng-cột-phiên bản).")
    version = found["version"]
    return ShortCode(
        found["period"], found["form"], found["unit"], found["row"], found["column"], int(version) if version else None
    )


def short_row(row_code: str) -> str:
    """Return a row's code as it is in a short code: B.3 → B3; a dot between two digits stays, so that no two
    rows of a form share one.
    """
    return re.sub(r"(?<!\d)\.|\.(?!\d)", "", row_code)


def short_codes(
    figure_ids: Iterable[str],
    layouts: Layouts,
    period_id: str,
    office_scope: str,
    version: int | None = None,
) -> dict[str, str]:
    """Return the code of every figure of a report's forms, by figure id.

    Raises:
        OfficeError: two figures would share a code (two forms with one short name).
    """
    shorts = {form_id: layout.short for form_id, layout in layouts.items()}
    codes: dict[str, str] = {}
    for name in figure_ids:
        form_id, scope_id, row, column = name.split("/")
        if form_id not in shorts:  # points of the service index: made of rates of forms, in no form themselves
            continue
        unit = None if scope_id == office_scope else scope_id
        codes[name] = ShortCode(period_id.replace("-", ""), shorts[form_id], unit, short_row(row), column, version).text
    if len(set(codes.values())) != len(codes):
        taken: dict[str, str] = {}
        twice = next((name, taken[code]) for name, code in codes.items() if taken.setdefault(code, name) != name)
        raise OfficeError(f"Hai số liệu {twice[0]} và {twice[1]} có chung mã «{codes[twice[0]]}».")
    return codes


def _squeezed(period_id: str) -> str:
    return period_id.replace("-", "").casefold()
