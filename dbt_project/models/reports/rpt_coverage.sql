-- A unit has answered when a file of it for the period is counted. A question over a range nobody sends files for
-- (a year, ad hoc days) takes the files that observed the range instead.
with owed as (
    select distinct
        obligation.unit_id,
        obligation.stream
    from {{ source('landed', 'obligation') }} as obligation
    cross join {{ ref('stg_question') }} as question
    where
        coalesce(obligation.valid_from, question.period_end) <= question.period_end
        and coalesce(obligation.valid_to, question.period_end) >= question.period_end
),

sent_for_period as (
    select count(*) as file_count
    from {{ ref('rpt_delivery') }}
    where is_for_period
),

answers as (
    select
        delivery.unit_id,
        delivery.stream,
        count(*) as files,
        sum(case when delivery.is_counted then 1 else 0 end) as counted_files,
        sum(case when delivery.status = 'refused' then 1 else 0 end) as refused_files,
        sum(case when delivery.is_counted then delivery.rows_typed else 0 end) as rows_typed,
        sum(case when delivery.is_counted then delivery.rows_rejected else 0 end) as rows_rejected
    from {{ ref('rpt_delivery') }} as delivery
    cross join {{ ref('stg_question') }} as question
    cross join sent_for_period
    where
        delivery.is_for_period
        or (sent_for_period.file_count = 0 and delivery.observed_on >= question.period_start)
    group by delivery.unit_id, delivery.stream
)

select
    owed.unit_id,
    owed.stream,
    coalesce(stream.title, owed.stream) as stream_title,
    coalesce(unit.name_vi, owed.unit_id) as unit_name,
    coalesce(unit.sort_no, 999999) as sort_no,
    case
        when answers.counted_files > 0 then 'accepted'
        when answers.refused_files > 0 then 'refused'
        else 'missing'
    end as state,
    cast(coalesce(answers.files, 0) as integer) as files,
    cast(coalesce(answers.rows_typed, 0) as bigint) as rows_typed,
    cast(coalesce(answers.rows_rejected, 0) as bigint) as rows_rejected
from owed
left join answers on owed.unit_id = answers.unit_id and owed.stream = answers.stream
left join {{ source('landed', 'stream') }} as stream on owed.stream = stream.stream
left join {{ ref('dim_unit') }} as unit on owed.unit_id = unit.unit_id
