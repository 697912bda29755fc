-- A unit has answered when, for every part of the period, a file of it is counted: one sent for the part, or for the
-- whole period, and not made before it began. A question nobody sends files for takes the files that observed the part instead.
with owed as (
    select distinct
        obligation.unit_id,
        obligation.stream,
        part.period_id as part_id,
        part.label,
        part.start_on
    from {{ source('landed', 'obligation') }} as obligation
    cross join {{ ref('int_period_part') }} as part
    where
        coalesce(obligation.valid_from, part.end_on) <= part.end_on
        and coalesce(obligation.valid_to, part.end_on) >= part.end_on
),

sent_for_period as (
    select count(*) as file_count
    from {{ ref('rpt_delivery') }}
    where is_for_period
),

answers as (
    select
        part.period_id as part_id,
        delivery.delivery_id,
        delivery.unit_id,
        delivery.stream,
        delivery.status,
        delivery.is_counted,
        delivery.is_answer,
        delivery.rows_typed,
        delivery.rows_rejected
    from {{ ref('rpt_delivery') }} as delivery
    cross join {{ ref('int_period_part') }} as part
    cross join {{ ref('stg_question') }} as question
    cross join sent_for_period
    where
        delivery.period_id = part.period_id
        or delivery.period_id = question.period_id
        or (sent_for_period.file_count = 0 and delivery.observed_on >= part.start_on)
),

answered as (
    select
        unit_id,
        stream,
        part_id,
        sum(case when is_answer then 1 else 0 end) as answering_files,
        sum(case when is_counted and not is_answer then 1 else 0 end) as stale_files,
        sum(case when status = 'refused' then 1 else 0 end) as refused_files
    from answers
    group by unit_id, stream, part_id
),

parts as (
    select
        owed.unit_id,
        owed.stream,
        owed.label,
        owed.start_on,
        case
            when answered.answering_files > 0 then 'accepted'
            when answered.stale_files > 0 then 'stale'
            when answered.refused_files > 0 then 'refused'
            else 'missing'
        end as state
    from owed
    left join answered
        on
            owed.unit_id = answered.unit_id
            and owed.stream = answered.stream
            and owed.part_id = answered.part_id
),

whole as (
    select
        unit_id,
        stream,
        count(*) as part_count,
        sum(case when state = 'accepted' then 1 else 0 end) as accepted_count,
        sum(case when state = 'stale' then 1 else 0 end) as stale_count,
        sum(case when state = 'refused' then 1 else 0 end) as refused_count
    from parts
    group by unit_id, stream
),

told as (
    select
        unit_id,
        stream,
        {{ joined('label', ', ', 'start_on') }} as missing_parts
    from parts
    where state <> 'accepted'
    group by unit_id, stream
),

files as (
    select
        unit_id,
        stream,
        count(*) as files,
        sum(case when is_counted then rows_typed else 0 end) as rows_typed,
        sum(case when is_counted then rows_rejected else 0 end) as rows_rejected
    from (
        select distinct
            delivery_id,
            unit_id,
            stream,
            is_counted,
            rows_typed,
            rows_rejected
        from answers
    ) as answer
    group by unit_id, stream
)

select
    whole.unit_id,
    whole.stream,
    coalesce(stream.title, whole.stream) as stream_title,
    whole.stream in ('{{ record_streams() | join("', '") }}') as is_of_sender,
    coalesce(unit.name_vi, whole.unit_id) as unit_name,
    coalesce(unit.sort_no, 999999) as sort_no,
    case
        when whole.accepted_count = whole.part_count then 'accepted'
        when whole.stale_count > 0 then 'stale'
        when whole.refused_count > 0 then 'refused'
        else 'missing'
    end as state,
    case when whole.part_count > 1 then told.missing_parts end as missing_parts,
    cast(coalesce(files.files, 0) as integer) as files,
    cast(coalesce(files.rows_typed, 0) as bigint) as rows_typed,
    cast(coalesce(files.rows_rejected, 0) as bigint) as rows_rejected
from whole
left join told on whole.unit_id = told.unit_id and whole.stream = told.stream
left join files on whole.unit_id = files.unit_id and whole.stream = files.stream
left join {{ source('landed', 'stream') }} as stream on whole.stream = stream.stream
left join {{ ref('dim_unit') }} as unit on whole.unit_id = unit.unit_id
