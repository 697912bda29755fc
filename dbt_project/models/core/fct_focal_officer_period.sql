-- Decisions on focal officers in force in the period. The officers are those of the last counted day.
select
    record.record_id,
    record.record_code,
    record.reporting_unit_id,
    record.from_on as decided_on,
    record.to_on as ended_on,
    case when record.from_on >= question.period_start then 1 else 0 end as focal_decisions,
    case when coalesce(record.to_on >= question.until_on, true) then decision.officer_count else 0 end as focal_officers,
    case
        when coalesce(record.to_on >= question.until_on, true) then 'in_force'
        else 'ended'
    end as reason_code,
    record.row_id,
    record.delivery_id,
    record.source_file,
    record.source_sheet,
    record.source_row,
    record.flags
from {{ ref('int_record_ranked') }} as record
inner join {{ ref('stg_focal_officers') }} as decision on record.row_id = decision.row_id
cross join {{ ref('stg_question') }} as question
where record.stream = 'focal_officers' and record.fate = 'counted'
