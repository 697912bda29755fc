-- The rows of records with fate 'counted' are exactly the facts of their streams, record by record and row by row, and
-- each is in the office's form.
{% set facts = [
    'fct_directive_period', 'fct_focal_officer_period', 'fct_inspection_period', 'fct_finding_period',
    'fct_communication_period', 'fct_training_period', 'fct_death_case_period'
] %}
with counted as (
    select
        record_id,
        row_id
    from {{ ref('int_record_ranked') }}
    where
        fate = 'counted'
        and stream in (
            'directives', 'focal_officers', 'inspections', 'findings', 'communications', 'trainings', 'death_cases'
        )
),

fact as (
    {% for fact in facts %}
        select
            record_id,
            row_id
        from {{ ref(fact) }}
        {{ "union all" if not loop.last }}
    {% endfor %}
),

in_office as (
    select in_scope.record_id
    from {{ ref('int_record_in_scope') }} as in_scope
    inner join {{ ref('stg_question') }} as question on in_scope.scope_id = question.office_unit_id
)

select
    counted.record_id,
    fact.record_id as fact_record_id
from counted
full outer join fact on counted.record_id = fact.record_id and counted.row_id = fact.row_id
left join in_office on counted.record_id = in_office.record_id
where counted.record_id is null or fact.record_id is null or in_office.record_id is null
