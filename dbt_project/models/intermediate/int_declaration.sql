-- What becomes of each unit's declaration of II.06a. The newest of a unit and period speaks. A unit that also sent an
-- export for the period is counted by its dossiers: its declaration is beside them, never added. A longer range takes
-- the declaration of the whole range, else those of its quarters.
with part as (
    select
        period_id,
        start_on,
        end_on,
        row_number() over (order by start_on, period_id) as part_no,
        count(*) over () as part_count
    from {{ ref('int_period_part') }}
),

declaration as (
    select
        delivery.delivery_id,
        delivery.unit_id,
        delivery.period_id,
        row_number() over (
            partition by delivery.unit_id, delivery.period_id
            order by delivery.receipt_no desc, delivery.delivery_id desc
        ) as newest_rank
    from {{ ref('stg_delivery') }} as delivery
    where delivery.stream = 'declared_dossiers' and delivery.is_counted
),

-- Units with an export for the period or a part of it: their own file, or rows of theirs in a file of many units.
exporting as (
    select delivery.unit_id
    from {{ ref('stg_delivery') }} as delivery
    cross join {{ ref('stg_question') }} as question
    left join part on delivery.period_id = part.period_id
    where
        delivery.stream = 'case_exports'
        and delivery.is_counted
        and delivery.unit_from <> 'column'
        and (part.period_id is not null or delivery.period_id = question.period_id)
    union
    select row_of.named_unit_id as unit_id
    from {{ ref('int_case_row_ranked') }} as row_of
    inner join {{ ref('stg_delivery') }} as delivery on row_of.delivery_id = delivery.delivery_id
    cross join {{ ref('stg_question') }} as question
    left join part on delivery.period_id = part.period_id
    where
        delivery.unit_from = 'column'
        and (part.period_id is not null or delivery.period_id = question.period_id)
    union
    -- A version the unit issued represents all its dossiers.
    select sender_unit_id as unit_id
    from {{ ref('int_issued_version') }}
    where is_of_period and stream = 'issued_facts'
),

declaring_the_whole as (
    select distinct declaration.unit_id
    from declaration
    inner join {{ ref('stg_question') }} as question on declaration.period_id = question.period_id
)

select
    declaration.delivery_id,
    declaration.unit_id,
    declaration.period_id,
    case
        when declaration.period_id <> question.period_id and part.period_id is null then 'other_period'
        when declaration.newest_rank > 1 then 'older_version'
        when declaration.period_id <> question.period_id and declaring_the_whole.unit_id is not null then 'declared_as_whole'
        when exporting.unit_id is not null then 'beside_export'
        else 'counted'
    end as state,
    case when declaration.period_id = question.period_id then question.period_start else part.start_on end as start_on,
    case when declaration.period_id = question.period_id then question.period_end else part.end_on end as end_on,
    -- A declaration of the whole is both its first and its last part.
    coalesce(declaration.period_id = question.period_id or part.part_no = 1, false) as is_first_part,
    coalesce(declaration.period_id = question.period_id or part.part_no = part.part_count, false) as is_last_part,
    case when declaration.period_id = question.period_id then 0 else part.part_no end as part_no
from declaration
cross join {{ ref('stg_question') }} as question
left join part on declaration.period_id = part.period_id
left join declaring_the_whole on declaration.unit_id = declaring_the_whole.unit_id
left join exporting on declaration.unit_id = exporting.unit_id
