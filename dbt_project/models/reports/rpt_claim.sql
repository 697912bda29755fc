select
    claim.delivery_id,
    claim.unit_id,
    claim.period_id,
    claim.stream,
    claim.file_name,
    claim.kind,
    claim.effect,
    claim.reason,
    claim.mend,
    claim.records,
    claim.accepted,
    claim.is_open,
    coalesce(unit.name_vi, claim.unit_id) as unit_name,
    coalesce(unit.sort_no, 999999) as sort_no,
    -- What was sent for a later period cannot change this one's figures.
    coalesce(period.start_on <= question.period_end, true) as is_asked,
    -- A file made before its period began is said by the coverage, a file held back by its refusal.
    claim.effect = 'flags'
    and coalesce(period.start_on <= question.period_end, true)
    and (claim.kind <> 'day_not_reached' or not question.is_provisional) as holds_final
from {{ source('landed', 'claim') }} as claim
cross join {{ ref('stg_question') }} as question
left join {{ source('landed', 'period') }} as period on claim.period_id = period.period_id
left join {{ ref('dim_unit') }} as unit on claim.unit_id = unit.unit_id
