select
    delivery.delivery_id,
    delivery.unit_id,
    delivery.period_id,
    delivery.stream,
    delivery.file_name,
    delivery.sha256,
    delivery.received_at,
    delivery.observed_on,
    delivery.kind,
    delivery.is_answer,
    delivery.state,
    delivery.status,
    delivery.refused_reason,
    delivery.is_counted,
    delivery.rows_in,
    delivery.rows_typed,
    delivery.rows_rejected,
    delivery.rows_blank,
    delivery.rows_furniture,
    delivery.rows_flagged,
    coalesce(unit.name_vi, delivery.unit_id) as unit_name,
    coalesce(delivery.period_id = question.period_id or part.period_id is not null, false) as is_for_period
from {{ ref('stg_delivery') }} as delivery
cross join {{ ref('stg_question') }} as question
left join {{ ref('int_period_part') }} as part on delivery.period_id = part.period_id
left join {{ ref('dim_unit') }} as unit on delivery.unit_id = unit.unit_id
