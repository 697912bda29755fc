"""Letters of a period: the cover letter to the agency above, reminder letters to units that still owe.

Here: what each letter is about, its files in their place. Not here: words (report_templates), layout (render), what is
owed (warehouse/status).
Invariant: letters are no reports: those of one day lie in cong-van/<period>/<day>/ and may be written again that day;
nothing is sent and nothing else is written.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from types import MappingProxyType

from pipelines.figures.layout import load_layouts
from pipelines.figures.mending import words_for_unit
from pipelines.figures.model import Coverage, DeliveryCounts, OfficeInfo, Question, ReportModel
from pipelines.figures.text import Cleaner
from pipelines.figures.version import issue_of
from pipelines.figures.words import COVER_TEMPLATE, REMINDER_TEMPLATE, report_blocks
from pipelines.office.settings import Office
from pipelines.package.assemble import paper_of
from pipelines.package.model import office_info, read_model
from pipelines.render.docx import write_report
from pipelines.render.pdf import write_pdf
from pipelines.warehouse.claims import EFFECT_WORDS
from pipelines.warehouse.finished import latest_report
from pipelines.warehouse.issued import issued_versions
from pipelines.warehouse.status import Owed, PeriodStatus, Refusal, period_status

_NOTHING = Coverage(owed=0, accepted=0, missing=(), refused=(), rows_rejected=0, sentence="")
_NO_FILES = DeliveryCounts(0, 0, 0, 0, 0, 0, 0)


def make_cover(office: Office, period_id: str) -> list[Path]:
    """Write the letter that goes with the newest issued version of a period, or with its draft; return its files.

    Raises:
        OfficeError: neither an issued version nor a finished report of the period is there.
    """
    issued = issued_versions(office, period_id)
    report = issued[-1].folder if issued else latest_report(office, period_id)
    model = read_model(office, report / "warehouse.duckdb", load_layouts(report / "forms.json"))
    if issued:
        model = replace(model, issue=issue_of(issued[-1].record()["printed"]))
    letter = replace(model, office=_as_letter(office, model.office))
    return _write(office, letter, COVER_TEMPLATE, {}, _folder(office, period_id) / "gui-bao-cao")


def make_reminders(office: Office, period_id: str, status: PeriodStatus | None = None) -> list[Path]:
    """Write one letter to every unit that still owes something for a period; return their files.

    A unit whose file waits in the inbox is not reminded: what it sent was not looked at yet.

    Raises:
        OfficeError: unknown period.
    """
    status = status or period_status(office, period_id)
    open_items = [item for item in status.owed if not item.is_answered and not status.waiting_of(item.unit_id)]
    made: list[Path] = []
    for unit_id, items in groupby(open_items, key=lambda item: item.unit_id):
        facts = reminder_facts(status, list(items))
        stem = _folder(office, period_id) / f"don-doc-{unit_id}"
        made += _write(office, _status_model(office, status), REMINDER_TEMPLATE, facts, stem)
    return made


def reminder_facts(status: PeriodStatus, items: list[Owed]) -> dict[str, object]:
    """Return what a reminder to one unit may call, beside the office and the period."""
    cleaner = Cleaner()
    return {
        "owing_unit": cleaner.text(items[0].unit_name),
        "owed": [
            replace(
                item,
                stream_title=item.title,
                refused=tuple(_clean(file, cleaner) for file in item.refused),
                doubts=tuple(_clean(file, cleaner) for file in item.doubts),
            )
            for item in items
        ],
        "files": [
            {"stream_title": title, "file_name": file.file_name, "reason": file.reason, "mend": file.mend}
            for title, file in ((title, _clean(file, cleaner)) for title, file in _files_of(status, items))
        ],
        "deadline": status.deadline,
        "days_left": status.days_left,
        "days_late": max(0, -status.days_left),
        "as_of": status.as_of,
    }


def _files_of(status: PeriodStatus, items: list[Owed]) -> Iterator[tuple[str, Refusal]]:
    """Yield every refused file of the unit with what it was sent for, also beside a good one or of a kind nobody knows,
    and what is doubted of the files of what it still owes.
    """
    for item in status.owed:
        if item.unit_id == items[0].unit_id:
            doubts = item.doubts if item in items and not item.refused else ()
            yield from ((item.title, file) for file in (*item.refused, *doubts))
    for stray in status.strays:
        if stray.unit_name == items[0].unit_name and stray.file.word == EFFECT_WORDS["refuses"]:
            yield "", stray.file


def _clean(file: Refusal, cleaner: Cleaner) -> Refusal:
    reason, mend = words_for_unit(cleaner.text(file.reason)), words_for_unit(cleaner.text(file.mend))
    return Refusal(cleaner.text(file.file_name), reason, mend, file.word)


def _folder(office: Office, period_id: str) -> Path:
    return office.data / "cong-van" / period_id / office.clock.today().isoformat()


def _as_letter(office: Office, info: OfficeInfo) -> OfficeInfo:
    section = office.settings.office
    return replace(info, report_symbol=section.letter_symbol, recipients=tuple(section.letter_recipients))


def _status_model(office: Office, status: PeriodStatus) -> ReportModel:
    """Return a model without forms: a reminder needs no built report."""
    period, today = status.period, office.clock.today()
    question = Question(
        period_id=period.period_id,
        period_kind=period.period_kind,
        period_label=period.label,
        period_start=period.start_on,
        period_end=period.end_on,
        as_of=today,
        until_on=min(today, period.end_on),
        received_by=status.as_of.replace(tzinfo=None),
        is_provisional=today < period.end_on,
        office_unit_id=office.settings.office.unit_id,
        switches=(),
    )
    return ReportModel(
        office=_as_letter(office, office_info(office)),
        question=question,
        forms=MappingProxyType({}),
        figures=MappingProxyType({}),
        coverage=_NOTHING,
        deliveries=(),
        corrections=(),
        counts=_NO_FILES,
        carry_over=None,
        cleaned_texts=0,
    )


def _write(office: Office, model: ReportModel, template: str, facts: Mapping[str, object], stem: Path) -> list[Path]:
    """Write a letter as Word and PDF, each file whole; dated by the office's day."""
    today = office.clock.today()
    dated = replace(model, question=replace(model.question, as_of=max(today, model.question.as_of)))
    paper = paper_of(office)
    # Number, date and signer are the report's: the letter is another document and gets its own.
    dated = replace(dated, issue=replace(model.issue, number="", signed_on="", signer="") if model.issue else None)
    blocks = report_blocks(dated if template == REMINDER_TEMPLATE else model, template, paper.folders, facts)
    stem.parent.mkdir(parents=True, exist_ok=True)
    made = [stem.parent / f"{stem.name}.docx", stem.parent / f"{stem.name}.pdf"]
    with tempfile.TemporaryDirectory(dir=stem.parent, prefix=".dang-lap-") as temporary:
        work = [Path(temporary) / path.name for path in made]
        write_report(dated, blocks, work[0], paper.base)
        write_pdf(dated, blocks, work[1])
        for source, target in zip(work, made, strict=True):
            source.replace(target)
    return made
