-- Checks due in the period: those planned by its last day and not made before it, and those made early in it. A unit
-- checked twice by the same unit is one unit checked.
with checked as (
    select
        record.record_id,
        record.record_code,
        record.reporting_unit_id,
        inspection.inspection_kind,
        inspection.planned_on,
        inspection.conclusion_on,
        question.until_on,
        coalesce(checked_unit.unit_id, inspection.checked_unit_key, record.reporting_unit_id) as checked_unit_id,
        case when inspection.done_on <= question.until_on then inspection.done_on end as done_on,
        record.row_id,
        record.delivery_id,
        record.source_file,
        record.source_sheet,
        record.source_row,
        record.flags
    from {{ ref('int_record_ranked') }} as record
    inner join {{ ref('stg_inspections') }} as inspection on record.row_id = inspection.row_id
    cross join {{ ref('stg_question') }} as question
    left join {{ source('landed', 'unit_alias') }} as checked_unit on inspection.checked_unit_key = checked_unit.unit_key
    where record.stream = 'inspections' and record.fate = 'counted'
),

numbered as (
    select
        checked.*,
        row_number() over (
            partition by reporting_unit_id, checked_unit_id
            order by case when done_on is null then 1 else 0 end, done_on, record_id
        ) as check_no
    from checked
)

select
    record_id,
    record_code,
    reporting_unit_id,
    checked_unit_id,
    inspection_kind,
    planned_on,
    done_on,
    1 as inspections,
    case when inspection_kind = 'combined' then 1 else 0 end as combined_inspections,
    case when coalesce(inspection_kind, '') <> 'combined' then 1 else 0 end as own_inspections,
    case when done_on is not null then 1 else 0 end as inspections_done,
    case when done_on is not null and coalesce(done_on <= planned_on, true) then 1 else 0 end as inspections_on_time,
    case when done_on > planned_on then 1 else 0 end as inspections_late,
    case when done_on is null then 1 else 0 end as inspections_not_done,
    case when done_on is not null and check_no = 1 then 1 else 0 end as units_checked,
    case when done_on is not null and conclusion_on <= until_on then 1 else 0 end as inspections_concluded,
    case
        when done_on is null then 'not_done'
        when done_on > planned_on then 'done_late'
        else 'done_on_time'
    end as reason_code,
    row_id,
    delivery_id,
    source_file,
    source_sheet,
    source_row,
    flags
from numbered
