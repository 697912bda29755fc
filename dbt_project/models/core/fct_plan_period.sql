-- Plans of the year each unit owes. One is on time when it was issued before the day the city's plan sets (domain/03,
-- area I: "before 31/01/2021", that day not included).
select
    record_id,
    record_code,
    reporting_unit_id,
    plan_kind,
    plan_year,
    issued_on,
    due_on,
    1 as plans_owed,
    case when state = 'plan_on_time' then 1 else 0 end as plans_on_time,
    case when state = 'plan_late' then 1 else 0 end as plans_late,
    case when state = 'plan_missing' then 1 else 0 end as plans_missing,
    case when state = 'plan_unreported' then 1 else 0 end as plans_unreported,
    case when state = 'plan_not_due' then 1 else 0 end as plans_not_due,
    state as reason_code,
    row_id,
    delivery_id,
    source_file,
    source_sheet,
    source_row,
    flags
from {{ ref('int_plan_duty') }}
