-- What units owe for each part of the period, and how it stands: on time or late by the first good file, were it mended
-- afterwards; returned when only refused files came. A declared nil is a return.
with owed as (
    select distinct
        obligation.unit_id,
        obligation.stream,
        part.period_id as part_id,
        part.label as part_label,
        period.unit_deadline_on
    from {{ source('landed', 'obligation') }} as obligation
    inner join {{ ref('dim_unit') }} as unit on obligation.unit_id = unit.unit_id
    cross join {{ ref('int_period_part') }} as part
    left join {{ source('landed', 'period') }} as period on part.period_id = period.period_id
    where
        coalesce(obligation.valid_from, part.end_on) <= part.end_on
        and coalesce(obligation.valid_to, part.end_on) >= part.end_on
),

sent as (
    select
        owed.unit_id,
        owed.stream,
        owed.part_id,
        sending.delivery_id,
        sending.file_name,
        sending.received_at,
        sending.kind,
        sending.status,
        sending.is_standing,
        sending.rows_read,
        row_number() over (
            partition by owed.unit_id, owed.stream, owed.part_id
            order by
                case when sending.status = 'accepted' then 0 else 1 end,
                sending.received_at,
                sending.delivery_id
        ) as sending_no
    from owed
    inner join {{ source('landed', 'sending') }} as sending
        on owed.unit_id = sending.unit_id and owed.stream = sending.stream
    cross join {{ ref('stg_question') }} as question
    where sending.period_id = owed.part_id or sending.period_id = question.period_id
),

counted as (
    select
        unit_id,
        stream,
        part_id,
        sum(case when is_standing and status = 'accepted' then 1 else 0 end) as accepted_files,
        sum(case when is_standing and status = 'refused' then 1 else 0 end) as refused_files,
        sum(case when is_standing and status = 'accepted' then rows_read else 0 end) as rows_read,
        sum(case when kind = 'replacement' then 1 else 0 end) as revisions,
        min(case when status = 'accepted' then received_at end) as received_at
    from sent
    group by unit_id, stream, part_id
),

told as (
    select
        owed.unit_id,
        owed.stream,
        owed.part_id,
        owed.part_label,
        owed.unit_deadline_on,
        first_sent.delivery_id,
        first_sent.file_name,
        coalesce(counted.accepted_files, 0) as accepted_files,
        coalesce(counted.refused_files, 0) as refused_files,
        coalesce(counted.rows_read, 0) as rows_read,
        coalesce(counted.revisions, 0) as revisions,
        cast(counted.received_at as date) as received_on
    from owed
    left join counted
        on owed.unit_id = counted.unit_id and owed.stream = counted.stream and owed.part_id = counted.part_id
    left join sent as first_sent
        on
            owed.unit_id = first_sent.unit_id
            and owed.stream = first_sent.stream
            and owed.part_id = first_sent.part_id
            and first_sent.sending_no = 1
)

select
    'submission:' || told.part_id || ':' || told.unit_id || ':' || told.stream as record_id,
    told.unit_id as reporting_unit_id,
    told.stream,
    coalesce(stream.title, told.stream) as stream_title,
    told.part_id,
    told.part_label,
    told.unit_deadline_on,
    told.received_on,
    told.revisions,
    told.delivery_id,
    told.file_name as source_file,
    told.accepted_files > 0 and told.rows_read = 0 as is_nil,
    case
        when told.accepted_files = 0 and told.refused_files > 0 then 'returned'
        when told.accepted_files = 0 then 'not_sent'
        when told.received_on > told.unit_deadline_on then 'late'
        else 'on_time'
    end as state
from told
left join {{ source('landed', 'stream') }} as stream on told.stream = stream.stream
