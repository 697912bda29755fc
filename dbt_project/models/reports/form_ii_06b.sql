-- The consolidated form of the office: the distinct dossiers of all its units' forms, in the rows of its II.06a. A dossier of
-- the desk that a department decides on is in both their forms, and here once.
with counted_and_declared as (
    select
        consolidated.scope_id,
        fact.level_section_code,
        fact.field_code,
        {{ each_measure('fact.#') }}
    from {{ ref('int_dossier_consolidated') }} as consolidated
    inner join {{ ref('fct_dossier_period') }} as fact on consolidated.dossier_code = fact.dossier_code
    union all
    select
        question.office_unit_id as scope_id,
        declared.level_section_code,
        declared.field_code,
        {{ each_measure('declared.#') }}
    from {{ ref('fct_declared_period') }} as declared
    cross join {{ ref('stg_question') }} as question
),

facts as (
    select
        scope_id,
        level_section_code,
        field_code,
        {{ each_measure('sum(#) as #') }}
    from counted_and_declared
    group by scope_id, level_section_code, field_code
),

filled as (
    select
        stub.scope_id,
        stub.level_section_code as section_code,
        stub.field_code,
        {{ each_measure('coalesce(facts.#, 0) as #') }}
    from {{ ref('form_ii_06a') }} as stub
    inner join {{ ref('stg_question') }} as question on stub.scope_id = question.office_unit_id
    left join facts
        on
            stub.scope_id = facts.scope_id
            and stub.level_section_code = facts.level_section_code
            and stub.field_code = facts.field_code
    where stub.row_kind in ('section', 'row')
),

rolled as (
    {{ form_sums(key='field_code') }}
),

sections as (
    select
        section_code,
        label,
        sort_no
    from {{ ref('dim_section') }}
    where scheme = 'level'
),

labels as (
    select
        field_code,
        field_name as label,
        sort_no
    from {{ ref('dim_field') }}
),

{{ form_lines(key='field_code', section='level_section_code') }}
