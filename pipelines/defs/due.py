"""Whether the period that is due has a report: a check on the reports, looked at even when nothing runs.

Here: the check, and the sensor that looks. Not here: deadlines (periods), finding reports (warehouse/finished).
Invariant: it speaks of finished reports only, of every kind of period; old reports made again do not make it pass.
"""

from dataclasses import dataclass

import dagster as dg

from pipelines.defs.landing import REPORT
from pipelines.office.errors import OfficeError
from pipelines.office.settings import Office, load_office
from pipelines.periods.asked import kinds, period_due, period_in_progress
from pipelines.warehouse.finished import finished_reports

DUE_CHECK = "due_period_reported"
_LOOK_EVERY = 3600  # seconds


@dataclass(frozen=True)
class Due:
    """Whether every period that is due has a finished report, and which has which."""

    passed: bool
    lines: tuple[str, ...]

    @property
    def metadata(self) -> dict[str, dg.MetadataValue]:
        """The table of periods due."""
        table = ["| kỳ đến hạn | hạn của đơn vị | báo cáo |", "|---|---|---|", *self.lines]
        return {"theo_ky": dg.MetadataValue.md("\n".join(table))}


def due_reports(office: Office) -> Due:
    """Return how it is with the periods whose deadline is past, the newest of each kind."""
    periods, today, rule = office.reference["periods"], office.clock.today(), office.settings.deadlines
    passed, lines = True, []
    for kind in kinds(periods):
        period = period_due(periods, kind, today, rule)
        if period is None:
            continue
        built = finished_reports(office, period.period_id)
        passed = passed and bool(built)
        place = built[-1].relative_to(office.data).as_posix() if built else "chưa có"
        lines.append(f"| {period.period_id} | {period.unit_deadline(rule):%d/%m/%Y} | {place} |")
    try:
        period_in_progress(periods, "quarter", today)
    except OfficeError as error:  # periods.csv has ended: what is due is not declared
        passed, lines = False, [*lines, f"| ? | | {error} |"]
    return Due(passed, tuple(lines))


def due_check_spec() -> dg.AssetCheckSpec:
    """Return the check on the reports."""
    return dg.AssetCheckSpec(
        DUE_CHECK,
        asset=REPORT,
        description="Kỳ nào đã quá hạn gửi cũng có báo cáo đã lập; xem lại mỗi giờ dù không có lượt chạy nào.",
    )


def due_defs(office: Office) -> dg.Definitions:
    """Return the sensor that looks every hour and reports when the answer has changed."""
    folder = office.root

    @dg.sensor(
        name="ky_den_han",
        minimum_interval_seconds=_LOOK_EVERY,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Mỗi giờ xem kỳ đến hạn đã có báo cáo chưa.",
    )
    def look_at_due_periods(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        """Evaluate the check anew when what it says has changed."""
        due = due_reports(load_office(folder))
        said = f"{due.passed} {' '.join(due.lines)}"
        if said == context.cursor:
            return dg.SkipReason("Không có gì thay đổi từ lần xem trước.")
        evaluation = dg.AssetCheckEvaluation(
            asset_key=REPORT,
            check_name=DUE_CHECK,
            passed=due.passed,
            metadata=due.metadata,
            severity=dg.AssetCheckSeverity.WARN,
        )
        return dg.SensorResult(asset_events=[evaluation], cursor=said)

    return dg.Definitions(sensors=[look_at_due_periods])
