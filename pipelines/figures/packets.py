"""What is sent and what is kept: which forms and charts stand in which packet, and the numbers of the appendices.

Here: the forms sent (office.yaml `forms_sent`, else those of the circular), twins that are printed once, roman numbers.
Not here: words (report_templates), paper (render).
Invariant: each form and chart of a report stands in one packet; one with the numbers of another is not printed twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.figures.charts import TREND, charts_of
from pipelines.figures.model import Form, ReportModel

# Names of the files of the two packets, without their kind.
SENT_NAME, KEPT_NAME = "bao-cao", "luu-ho-so"
# Folder of the evidence book, beside them, and its page.
BOOK_NAME = "so-tra-cuu"
BOOK_PAGE = f"{BOOK_NAME}/index.html"
_CHARTS = "charts"
_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


@dataclass(frozen=True)
class Packets:
    """The forms and charts of each packet, in order, and what each appendix of the sent one holds."""

    sent_forms: tuple[str, ...]
    kept_forms: tuple[str, ...]
    sent_charts: tuple[str, ...]
    kept_charts: tuple[str, ...]
    # A form that is not printed because another one has its numbers → that other one.
    twins: dict[str, str]

    @property
    def appendices(self) -> tuple[str, ...]:
        """Ids of the appendices in order: the forms, then one with the charts."""
        return (*self.sent_forms, *((_CHARTS,) if self.sent_charts else ()))

    def page_of(self, figure_id: str) -> str:
        """Return the web page that has the cell of a figure."""
        form_id = figure_id.partition("/")[0]
        return f"{KEPT_NAME if form_id in self.kept_forms else SENT_NAME}.html"

    def is_printed(self, figure_id: str) -> bool:
        """Tell whether a figure is a cell of a form that is printed."""
        form_id, _, rest = figure_id.partition("/")
        return form_id in (*self.sent_forms, *self.kept_forms) and rest.rpartition("/c")[2].isdigit()

    def number_of(self, name: str) -> str:
        """Return the roman number of the appendix a form, or a chart, stands in; empty where it is not sent."""
        found = self.twins.get(name, _CHARTS if name in self.sent_charts else name)
        return roman(self.appendices.index(found) + 1) if found in self.appendices else ""


def packets_of(model: ReportModel) -> Packets:
    """Return what stands in which packet of a report."""
    asked = model.office.forms_sent
    chosen = [name for name, form in model.forms.items() if (form.layout.is_sent if asked is None else name in asked)]
    if asked is not None:
        chosen.sort(key=asked.index)
    present = [name for name in chosen if _is_due(model.forms[name])]
    twins: dict[str, str] = {}
    for number, name in enumerate(present):
        same = next((other for other in present[:number] if _is_same(model.forms[other], model.forms[name])), None)
        if same:
            twins[name] = same
    sent = tuple(name for name in present if name not in twins)
    kept = [name for name in model.forms if name not in present and name not in chosen and _is_due(model.forms[name])]
    kept.sort(key=lambda name: model.forms[name].layout.kept_order)
    charts = charts_of(model)
    layouts = {chart.chart_id: chart for form in model.forms.values() for chart in form.layout.charts}
    of_packet = [name for name in charts if name == TREND or (name in layouts and layouts[name].is_sent)]
    return Packets(sent, tuple(kept), tuple(of_packet), tuple(name for name in charts if name not in of_packet), twins)


def _is_due(form: Form) -> bool:
    """Tell whether a form is printed: somebody owes what it is made of, or it has numbers all the same."""
    return (bool(form.coverage.owed) and not form.is_of_others) or form.has_numbers


def _is_same(one: Form, other: Form) -> bool:
    """Tell whether two forms have the same columns, rows and numbers."""
    return [column.name for column in one.layout.columns] == [column.name for column in other.layout.columns] and [
        (row.label, [figure.text for figure in row.figures]) for row in one.rows
    ] == [(row.label, [figure.text for figure in row.figures]) for row in other.rows]


def roman(number: int) -> str:
    """Return a roman number: appendices are numbered so (Nghị định 30/2020/NĐ-CP, appendix I)."""
    text = ""
    for value, letters in _ROMAN:
        text += letters * (number // value)
        number %= value
    return text


def cited(model: ReportModel, packets: Packets, names: Sequence[str]) -> str:
    """Return how words point at forms that are sent: "Biểu số II.06a/VPCP/KSTT tại Phụ lục III"; empty for none."""
    citations = [
        f"{model.forms[packets.twins.get(name, name)].layout.number} tại Phụ lục {packets.number_of(name)}"
        for name in names
        if name in model.forms and packets.number_of(name)
    ]
    return "; ".join(citations)
