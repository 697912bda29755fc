-- Findings found in the period or still open when it began. One without a deadline is never late.
with finding as (
    select
        record.record_id,
        record.record_code,
        record.reporting_unit_id,
        finding.category,
        record.from_on as found_on,
        finding.deadline_on,
        question.period_start,
        question.until_on,
        case when finding.closed_on <= question.until_on then finding.closed_on end as closed_on,
        record.row_id,
        record.delivery_id,
        record.source_file,
        record.source_sheet,
        record.source_row,
        record.flags
    from {{ ref('int_record_ranked') }} as record
    inner join {{ ref('stg_findings') }} as finding on record.row_id = finding.row_id
    cross join {{ ref('stg_question') }} as question
    where record.stream = 'findings' and record.fate = 'counted'
)

select
    record_id,
    record_code,
    reporting_unit_id,
    category,
    found_on,
    deadline_on,
    closed_on,
    1 as findings,
    case when found_on < period_start then 1 else 0 end as findings_carried,
    case when found_on >= period_start then 1 else 0 end as findings_found,
    case when closed_on is not null then 1 else 0 end as findings_closed,
    case when closed_on is not null and coalesce(closed_on <= deadline_on, true) then 1 else 0 end
        as findings_closed_on_time,
    case when closed_on > deadline_on then 1 else 0 end as findings_closed_late,
    case when closed_on is null then 1 else 0 end as findings_open,
    case when closed_on is null and deadline_on < until_on then 1 else 0 end as findings_overdue,
    case
        when closed_on > deadline_on then 'closed_late'
        when closed_on is not null then 'closed_on_time'
        when deadline_on < until_on then 'open_overdue'
        else 'open_in_time'
    end as reason_code,
    row_id,
    delivery_id,
    source_file,
    source_sheet,
    source_row,
    flags
from finding
