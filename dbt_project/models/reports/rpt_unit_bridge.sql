-- The bridge of a period that contains a change of the map: what each unit of before brings to the unit that reports.
with succeeded as (
    select
        succeeded.unit_id,
        succeeded.current_unit_id,
        succeeded.changed_on
    from {{ ref('int_unit_succeeded') }} as succeeded
    cross join {{ ref('stg_question') }} as question
    where succeeded.changed_on >= question.period_start
),

reporting as (
    select distinct current_unit_id as unit_id
    from succeeded
),

figures as (
    select
        receiving_unit_id as unit_id,
        original_unit_id,
        {{ each_measure('#', form='form_ii_06a') }}
    from {{ ref('fct_dossier_period') }}
    union all
    -- An estimate is of the unit that reports; what a unit declared, of that unit.
    select
        receiving_unit_id as unit_id,
        case when kind = 'declared_by_unit' then declared_by else receiving_unit_id end as original_unit_id,
        {{ each_measure('#', form='form_ii_06a') }}
    from {{ ref('fct_declared_period') }}
),

brought as (
    select
        figures.unit_id,
        figures.original_unit_id,
        {{ each_measure('sum(figures.#) as #', form='form_ii_06a') }}
    from figures
    inner join reporting on figures.unit_id = reporting.unit_id
    group by figures.unit_id, figures.original_unit_id
)

select
    brought.unit_id,
    unit.name_vi as unit_name,
    unit.sort_no,
    brought.original_unit_id,
    original.name_vi as original_unit_name,
    original.sort_no as original_sort_no,
    succeeded.changed_on,
    {{ each_measure('cast(brought.# as bigint) as #', form='form_ii_06a') }}
from brought
inner join {{ ref('dim_unit') }} as unit on brought.unit_id = unit.unit_id
inner join {{ ref('dim_unit') }} as original on brought.original_unit_id = original.unit_id
left join succeeded on brought.original_unit_id = succeeded.unit_id
