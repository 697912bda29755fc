-- No unit that answers for another was itself taken over later: int_unit_succeeded writes down enough steps.
select
    succeeded.unit_id,
    successor.to_unit_id
from {{ ref('int_unit_succeeded') }} as succeeded
inner join {{ source('landed', 'unit_successor') }} as successor on succeeded.current_unit_id = successor.from_unit_id
cross join {{ ref('stg_question') }} as question
where
    successor.changed_on > succeeded.changed_on
    and successor.changed_on <= question.until_on
    and successor.from_unit_id not in (
        -- Divided, and the greatest share stayed where it was.
        select kept.from_unit_id
        from {{ source('landed', 'unit_successor') }} as kept
        where kept.from_unit_id = kept.to_unit_id
    )
