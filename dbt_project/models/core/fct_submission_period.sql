-- What units owe for the period and how it was sent (area XI): days late are calendar days after the last day on time
-- (domain/04 4.2) up to the earliest day the file can have come: the lateness that is proved.
select
    record_id,
    stream_title,
    reporting_unit_id,
    stream,
    part_id,
    unit_deadline_on as due_on,
    received_on,
    1 as submissions_owed,
    case when state = 'on_time' then 1 else 0 end as sent_on_time,
    case when state = 'late' then 1 else 0 end as sent_late,
    case when state = 'unknown' then 1 else 0 end as sent_unknown,
    case when state = 'returned' then 1 else 0 end as returned,
    case when state = 'not_sent' then 1 else 0 end as not_sent,
    case when is_nil then 1 else 0 end as declared_nil,
    cast(revisions as integer) as revisions,
    cast(case when state = 'late' then {{ days_between('unit_deadline_on', 'sent_from') }} else 0 end as integer) -- noqa: LT05
        as days_late,
    case when is_nil then state || '_nil' else state end as reason_code,
    cast(null as {{ text_type() }}) as row_id,
    delivery_id,
    source_file,
    cast(null as {{ text_type() }}) as source_sheet,
    source_row
from {{ ref('int_submission') }}
