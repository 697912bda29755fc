-- Units that take over from a unit after the last counted day, near or far: a file sent since shows their name for what
-- was of that unit on the day asked about.
{% set most_steps = 5 %}
with change as (
    select
        successor.from_unit_id,
        successor.to_unit_id,
        successor.changed_on
    from {{ source('landed', 'unit_successor') }} as successor
    cross join {{ ref('stg_question') }} as question
    where successor.changed_on > question.until_on and successor.from_unit_id <> successor.to_unit_id
),

step_1 as (
    select
        from_unit_id as unit_id,
        to_unit_id as later_unit_id,
        changed_on
    from change
),

{% for step in range(2, most_steps + 1) %}
    step_{{ step }} as (
        select
            before.unit_id,
            change.to_unit_id as later_unit_id,
            change.changed_on
        from step_{{ step - 1 }} as before
        inner join change on before.later_unit_id = change.from_unit_id and before.changed_on < change.changed_on
    ),
{% endfor %}

every_step as (
    {% for step in range(1, most_steps + 1) %}
        select
            unit_id,
            later_unit_id
        from step_{{ step }}
        {{ "union" if not loop.last }}
    {% endfor %}
)

select
    unit_id,
    later_unit_id
from every_step
