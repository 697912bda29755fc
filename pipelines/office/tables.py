"""What each reference table of an office must hold.

Here: columns, keys, types, closed lists, references of `reference/*.csv`. Not here: reading and checking (reference).
Invariant: a value that decides how anything is counted comes from a closed list or from another table.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Table:
    """What one reference file must hold."""

    columns: tuple[str, ...]
    key: tuple[str, ...]
    dates: tuple[str, ...] = ()
    integers: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)
    # Column → (table, its columns): each cell is one of their cells, or empty.
    refers: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    # Columns whose cells are streams the software has a contract for.
    streams: tuple[str, ...] = ()
    # Columns whose cells become names of folders and files.
    names: tuple[str, ...] = ()
    # Columns no cell of which is empty.
    filled: tuple[str, ...] = ()
    # A table without a row says nothing about an office.
    has_rows: bool = False
    # An office that has no use for the table has no file of it.
    optional: bool = False


# What an officer may estimate for the rest of a period (domain/04 4.2: columns 4, 5, 8, 9, 10; the others follow).
ESTIMATED_MEASURES = (
    "received_online",
    "received_direct_postal",
    "resolved_early",
    "resolved_on_time",
    "resolved_overdue",
)
# How a figure may be held against its target (reference/targets.csv).
TARGET_OPERATORS = (">=", "<=", ">", "<", "=")
# Components the index of Quyết định 766 may have, and what one gives without a rate: nothing said, all points, none.
INDEX_COMPONENTS = (
    "published_on_time", "updated_on_time", "content_complete", "synchronised", "progress", "electronic_result",
    "components_digitised", "data_reused", "personal_store", "dossiers_linked", "procedures_linked", "certified_copy",
    "services_provided", "services_used", "online_dossiers", "payment_first", "payment_services", "payment_third",
    "feedback_on_time", "feedback_satisfied", "reception_satisfied",
)  # fmt: skip
# What the scorecard of units scores (`int_score_input` says of which form each is a rate).
SCORE_COMPONENTS = (
    "plans_on_time", "reports_on_time", "resolved_on_time", "apologised", "intake_digitised", "feedback_on_time",
)  # fmt: skip
INDEX_WITHOUT_RATE = ("none", "full", "zero")
VALIDITY = ("valid_from", "valid_to")
# A component of an index or a scorecard: its number, code and name, the points it gives and from which rate on.
COMPONENT = ("component_no", "component_code", "label", "max_points", "full_at", "when_empty", "when_missing")
# Columns any table may have for its readers alone: where a row is from, by which decision, a remark.
NOTE_COLUMNS = ("evidence", "decision", "note")
# In what a time limit of a procedure may be given (domain/04 4.3).
TIME_UNITS = ("same_day", "hour", "working_day", "calendar_day", "month")
# Why a procedure is not handled at the desk (domain/08 8.2, khoản 5 Điều 14 NĐ 61/2018): done on the move or on site,
# security and defence, complaints and denunciations, by a decision.
ONE_STOP_EXCLUSIONS = ("on_site", "security_defence", "complaint_denunciation", "by_decision")
UNIT_KINDS = ("city", "department", "one_stop_desk", "ward", "vertical_agency")
COMPETENT_LEVELS = ("city", "ward", "both", "police")
PERIOD_KINDS = ("quarter", "six_months", "nine_months", "year", "ad_hoc")
HOLIDAY_KINDS = ("public_holiday", "tet", "compensatory_day", "swapped_day_off", "makeup_working_day")
DOSSIER_STATUSES = (
    "submitted", "accepted", "rejected_at_intake", "in_progress", "awaiting_supplement", "awaiting_payment",
    "withdrawn", "returned", "suspended", "result_ready", "result_delivered",
)  # fmt: skip
COUNT_GROUPS = ("not_counted", "pending", "paused", "closed_without_result", "resolved")
SECTION_SCHEMES = ("level", "unit", "review", "overdue_cause", "none")
_UNIT = ("units", ("unit_id",))
_PROCEDURE = ("procedures", ("procedure_code", "procedure_id"))
TABLES: dict[str, Table] = {
    "units": Table(
        ("unit_id", "name_vi", "short_name", "unit_kind", "parent_unit_id", "sort_no", "aliases", *VALIDITY),
        ("unit_id", "valid_from"),
        VALIDITY,
        ("sort_no",),
        choices={"unit_kind": UNIT_KINDS},
        refers={"parent_unit_id": _UNIT},
        names=("unit_id",),
        filled=("unit_id", "name_vi", "unit_kind", "sort_no"),
        has_rows=True,
    ),
    "unit_successors": Table(
        ("from_unit_id", "to_unit_id", "changed_on", "share"),
        ("from_unit_id", "to_unit_id", "changed_on"),
        ("changed_on",),
        numbers=("share",),
        refers={"from_unit_id": _UNIT, "to_unit_id": _UNIT},
        filled=("from_unit_id", "to_unit_id", "changed_on"),
        optional=True,
    ),
    # The part of a national code that names the unit (mã định danh điện tử, QĐ 20/2020/QĐ-TTg), where it is known.
    "unit_codes": Table(
        ("unit_id", "code_part"),
        ("code_part",),
        refers={"unit_id": _UNIT},
        filled=("unit_id", "code_part"),
        optional=True,
    ),
    "fields": Table(
        ("field_code", "field_name", "department_unit_id", "sort_no", *VALIDITY),
        ("field_code", "valid_from"),
        VALIDITY,
        ("sort_no",),
        refers={"department_unit_id": _UNIT},
        filled=("field_code", "field_name", "sort_no"),
    ),
    "procedures": Table(
        (
            "procedure_id",
            "procedure_code",
            "procedure_name",
            "field_code",
            "competent_level",
            "time_value",
            "time_unit",
            *VALIDITY,
        ),
        # Of a version: a procedure that changes its level keeps its code and gets another id.
        ("procedure_id",),
        VALIDITY,
        numbers=("time_value",),
        choices={"time_unit": TIME_UNITS, "competent_level": COMPETENT_LEVELS},
        refers={"field_code": ("fields", ("field_code",))},
        filled=("procedure_id", "procedure_name"),
    ),
    "holidays": Table(
        ("date", "kind", "name_vi"), ("date",), ("date",), choices={"kind": HOLIDAY_KINDS}, filled=("date", "kind")
    ),
    "periods": Table(
        ("period_id", "period_kind", "label", "start_on", "end_on"),
        ("period_id",),
        ("start_on", "end_on"),
        choices={"period_kind": PERIOD_KINDS},
        names=("period_id",),
        filled=("period_id", "period_kind", "label", "start_on", "end_on"),
        has_rows=True,
    ),
    "obligations": Table(
        ("unit_id", "stream", *VALIDITY),
        ("unit_id", "stream", "valid_from"),
        VALIDITY,
        refers={"unit_id": _UNIT},
        streams=("stream",),
        filled=("unit_id", "stream"),
    ),
    # The office's register of incoming documents: on which day a file of a unit came.
    "incoming": Table(
        ("register_no", "arrived_on", "period_id", "unit_id", "file_name"),
        ("period_id", "unit_id", "file_name", "arrived_on"),
        ("arrived_on",),
        refers={"unit_id": _UNIT, "period_id": ("periods", ("period_id",))},
        filled=("arrived_on", "period_id", "unit_id", "file_name"),
        optional=True,
    ),
    "statuses": Table(
        ("portal_code", "label_vi", "status", "count_group"),
        ("portal_code", "status"),
        choices={"status": DOSSIER_STATUSES, "count_group": COUNT_GROUPS},
        filled=("status", "count_group"),
    ),
    "sections": Table(
        ("scheme", "section_code", "label", "applies_to", "sort_no", *VALIDITY),
        ("scheme", "section_code", "valid_from"),
        VALIDITY,
        ("sort_no",),
        choices={"scheme": SECTION_SCHEMES},
        filled=("scheme", "section_code", "label", "sort_no"),
    ),
    "services": Table(
        ("procedure_code", "service_level", "on_national_portal", "takes_payment", *VALIDITY, "evidence"),
        ("procedure_code", "valid_from"),
        VALIDITY,
        choices={
            "service_level": ("information", "partial", "full"),
            "on_national_portal": ("yes", "no"),
            "takes_payment": ("yes", "no"),
        },
        refers={"procedure_code": _PROCEDURE},
        filled=("procedure_code",),
        optional=True,
    ),
    "estimates": Table(
        ("period_id", "unit_id", "field_code", "measure", "value"),
        ("period_id", "unit_id", "field_code", "measure"),
        integers=("value",),
        choices={"measure": ESTIMATED_MEASURES},
        refers={
            "period_id": ("periods", ("period_id",)),
            "unit_id": _UNIT,
            "field_code": ("fields", ("field_code",)),
        },
        filled=("period_id", "unit_id", "field_code", "measure", "value"),
        optional=True,
    ),
    "one_stop_exclusions": Table(
        ("procedure_code", "reason_code", *VALIDITY),
        ("procedure_code", "valid_from"),
        VALIDITY,
        choices={"reason_code": ONE_STOP_EXCLUSIONS},
        refers={"procedure_code": _PROCEDURE},
        filled=("procedure_code", "reason_code"),
        optional=True,
    ),
    # What figures of forms should be; `evidence` as in the domain: S seen, K known, A assumed.
    "targets": Table(
        ("form_id", "row_code", "column_name", "operator", "value", *VALIDITY, "evidence"),
        ("form_id", "row_code", "column_name", "valid_from"),
        VALIDITY,
        numbers=("value",),
        choices={"operator": TARGET_OPERATORS, "evidence": ("S", "K", "A")},
        optional=True,
    ),
    # The index of Quyết định 766 (domain/11 11.1): points = max_points × rate, all of them from the rate `full_at`
    # (percent) on. `when_empty`: what a whole of 0 gives; `when_missing`: what an input nobody delivers gives.
    "index_components": Table(
        (
            "group_no",
            "group_label",
            *COMPONENT,
            *VALIDITY,
            "evidence",
        ),
        ("component_code", "valid_from"),
        VALIDITY,
        integers=("group_no", "component_no", "max_points", "full_at"),
        choices={
            "component_code": INDEX_COMPONENTS,
            "when_empty": INDEX_WITHOUT_RATE,
            "when_missing": INDEX_WITHOUT_RATE,
            "evidence": ("S", "K", "A"),
        },
        filled=("group_no", "group_label", *COMPONENT),
        optional=True,
    ),
    # The scorecard of units, kept at the office: points = max_points × rate, all of them from the rate `full_at`
    # (percent) on. `when_empty`: what nothing to score gives; `when_missing`: what nothing sent gives.
    "score_components": Table(
        (
            *COMPONENT,
            *VALIDITY,
            "evidence",
        ),
        ("component_code", "valid_from"),
        VALIDITY,
        integers=("component_no", "max_points", "full_at"),
        choices={
            "component_code": SCORE_COMPONENTS,
            "when_empty": INDEX_WITHOUT_RATE,
            "when_missing": INDEX_WITHOUT_RATE,
            "evidence": ("S", "K", "A"),
        },
        filled=COMPONENT,
        optional=True,
    ),
}
