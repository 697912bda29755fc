-- Who owes what for each part of the period, and whether it is answered: a unit has answered a part when a file of it is
-- counted that was sent for the part or for the whole period and was not made before it began. A question nobody sends
-- files for takes the files that observed the part instead. On time or late by the first good file, were it mended
-- afterwards.
with owed as (
    select distinct
        obligation.unit_id,
        obligation.stream,
        part.period_id as part_id,
        part.label as part_label,
        part.start_on as part_start_on,
        period.unit_deadline_on
    from {{ source('landed', 'obligation') }} as obligation
    cross join {{ ref('int_period_part') }} as part
    left join {{ source('landed', 'period') }} as period on part.period_id = period.period_id
    where
        coalesce(obligation.valid_from, part.end_on) <= part.end_on
        and coalesce(obligation.valid_to, part.end_on) >= part.end_on
),

sent_for_period as (
    select count(*) as sending_count
    from {{ source('landed', 'sending') }} as sending
    cross join {{ ref('stg_question') }} as question
    left join {{ ref('int_period_part') }} as part on sending.period_id = part.period_id
    where part.period_id is not null or sending.period_id = question.period_id
),

sent as (
    select
        owed.unit_id,
        owed.stream,
        owed.part_id,
        sending.delivery_id,
        sending.file_name,
        sending.kind,
        sending.status,
        sending.is_standing,
        sending.rows_read,
        sending.sent_from,
        sending.sent_until,
        row_number() over (
            partition by owed.unit_id, owed.stream, owed.part_id
            order by
                case when sending.status = 'accepted' then 0 else 1 end,
                sending.sent_until,
                sending.receipt_no,
                sending.delivery_id
        ) as sending_no
    from owed
    inner join {{ source('landed', 'sending') }} as sending
        on owed.unit_id = sending.unit_id and owed.stream = sending.stream
    cross join {{ ref('stg_question') }} as question
    cross join sent_for_period
    where
        -- Versions issued for the quarters of a year are no version of the year: their figures do not add up to it.
        (sending.period_id = owed.part_id and not {{ is_issued('owed.stream') }})
        or sending.period_id = question.period_id
        or (sent_for_period.sending_count = 0 and sending.observed_on >= owed.part_start_on)
),

counted as (
    select
        unit_id,
        stream,
        part_id,
        sum(case when is_standing and status = 'accepted' then 1 else 0 end) as accepted_files,
        sum(case when is_standing and status = 'stale' then 1 else 0 end) as stale_files,
        sum(case when is_standing and status = 'refused' then 1 else 0 end) as refused_files,
        sum(case when is_standing and status = 'accepted' then rows_read else 0 end) as rows_read,
        sum(case when kind = 'replacement' then 1 else 0 end) as revisions,
        min(case when status = 'accepted' then sent_until end) as sent_until,
        -- The earliest day is known only when it is known of every good file.
        case
            when sum(case when status = 'accepted' and sent_from is null then 1 else 0 end) = 0
                then min(case when status = 'accepted' then sent_from end)
        end as sent_from
    from sent
    group by unit_id, stream, part_id
),

answered as (
    select
        owed.unit_id,
        owed.stream,
        owed.part_id,
        owed.part_label,
        owed.part_start_on,
        owed.unit_deadline_on,
        first_sent.delivery_id,
        first_sent.file_name,
        counted.sent_from,
        counted.sent_until,
        coalesce(counted.rows_read, 0) as rows_read,
        coalesce(counted.revisions, 0) as revisions,
        case
            when counted.accepted_files > 0 then 'accepted'
            when counted.stale_files > 0 then 'stale'
            when counted.refused_files > 0 then 'refused'
            else 'missing'
        end as state
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
    unit_id,
    stream,
    part_id,
    part_label,
    part_start_on,
    unit_deadline_on,
    delivery_id,
    file_name,
    sent_from,
    sent_until,
    rows_read,
    revisions,
    state,
    case
        when state <> 'accepted' then null
        when unit_deadline_on is null or sent_until <= unit_deadline_on then 'on_time'
        when sent_from > unit_deadline_on then 'late'
        else 'unknown'
    end as timing
from answered
