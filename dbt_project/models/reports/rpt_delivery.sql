-- A question nobody sends files for takes the files that observed it; a version issued for a quarter is none of a longer
-- period (both as in rpt_obligation).
with known as (
    select
        delivery.*,
        coalesce(
            delivery.period_id = question.period_id
            or (part.period_id is not null and not {{ is_issued('delivery.stream') }}),
            false
        ) as is_for_period,
        coalesce(delivery.period_id = question.period_id or part.period_id is not null, false) as is_for_part,
        delivery.observed_on >= question.period_start as observed_period,
        period.unit_deadline_on
    from {{ ref('stg_delivery') }} as delivery
    cross join {{ ref('stg_question') }} as question
    left join {{ ref('int_period_part') }} as part on delivery.period_id = part.period_id
    left join {{ source('landed', 'period') }} as period on delivery.period_id = period.period_id
),

sent_for_period as (
    select coalesce(sum(case when is_for_part then 1 else 0 end), 0) as file_count
    from known
)

select
    known.delivery_id,
    known.unit_id,
    known.period_id,
    known.stream,
    known.file_name,
    known.sha256,
    known.received_at,
    known.sent_from,
    known.sent_until,
    known.observed_on,
    known.kind,
    known.is_answer,
    known.state,
    known.status,
    known.refused_reason,
    known.is_counted,
    known.rows_in,
    known.rows_typed,
    known.rows_rejected,
    known.rows_blank,
    known.rows_furniture,
    known.rows_flagged,
    coalesce(unit.name_vi, known.unit_id) as unit_name,
    known.is_for_period,
    coalesce(
        known.is_for_period or (sent_for_period.file_count = 0 and known.observed_period), false
    ) as answers_period,
    case
        when known.unit_deadline_on is null or known.sent_until <= known.unit_deadline_on then 'on_time'
        when known.sent_from > known.unit_deadline_on then 'late'
        else 'unknown'
    end as timing
from known
cross join sent_for_period
left join {{ ref('dim_unit') }} as unit on known.unit_id = unit.unit_id
