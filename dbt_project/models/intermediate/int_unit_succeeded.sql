-- Units that another unit has taken over by the last counted day, with the unit that answers for them now. Successions
-- follow each other (Phường 9 joined Phường 1, which became phường Phú Lợi), at most as many steps as are written here;
-- of a unit divided among several, the one with the greatest share takes over what no file says more of.
{% set most_steps = 5 %}
with change as (
    select
        from_unit_id,
        to_unit_id,
        changed_on
    from (
        select
            successor.from_unit_id,
            successor.to_unit_id,
            successor.changed_on,
            row_number() over (
                partition by successor.from_unit_id, successor.changed_on
                order by coalesce(successor.share, 1) desc, successor.to_unit_id asc
            ) as share_rank
        from {{ source('landed', 'unit_successor') }} as successor
        cross join {{ ref('stg_question') }} as question
        where successor.changed_on <= question.until_on
    ) as ranked
    where share_rank = 1
),

step_0 as (
    select distinct
        from_unit_id as unit_id,
        from_unit_id as current_unit_id,
        cast(null as date) as changed_on
    from change
),

{% for step in range(1, most_steps + 1) %}
    step_{{ step }}_ranked as (
        select
            before.unit_id,
            coalesce(change.to_unit_id, before.current_unit_id) as current_unit_id,
            coalesce(change.changed_on, before.changed_on) as changed_on,
            row_number() over (
                partition by before.unit_id
                order by change.changed_on asc
            ) as change_rank
        from step_{{ step - 1 }} as before
        left join change
            on
                before.current_unit_id = change.from_unit_id
                and (before.changed_on is null or before.changed_on < change.changed_on)
    ),

    step_{{ step }} as (
        select
            unit_id,
            current_unit_id,
            changed_on
        from step_{{ step }}_ranked
        where change_rank = 1
    ){{ "," if not loop.last }}
{% endfor %}

select
    unit_id,
    current_unit_id,
    changed_on
from step_{{ most_steps }}
where unit_id <> current_unit_id
