with counted_and_declared as (
    select
        in_scope.scope_id,
        fact.unit_section_code,
        fact.row_unit_id,
        {{ each_measure('fact.#') }}
    from {{ ref('int_dossier_in_scope') }} as in_scope
    inner join {{ ref('stg_question') }} as question on in_scope.scope_id = question.office_unit_id
    inner join {{ ref('fct_dossier_period') }} as fact on in_scope.dossier_code = fact.dossier_code
    union all
    select
        in_scope.scope_id,
        declared.unit_section_code,
        declared.row_unit_id,
        {{ each_measure('declared.#') }}
    from {{ ref('int_declared_in_scope') }} as in_scope
    inner join {{ ref('stg_question') }} as question on in_scope.scope_id = question.office_unit_id
    inner join {{ ref('fct_declared_period') }} as declared on in_scope.declared_id = declared.declared_id
),

facts as (
    select
        scope_id,
        unit_section_code,
        row_unit_id,
        {{ each_measure('sum(#) as #') }}
    from counted_and_declared
    group by scope_id, unit_section_code, row_unit_id
),

sections as (
    select
        section_code,
        label,
        sort_no,
        applies_to
    from {{ ref('dim_section') }}
    where scheme = 'unit'
),

-- Rows known beforehand: departments that own a field, wards; then every unit met in the facts.
section_units as (
    select
        sections.section_code,
        unit.unit_id as row_unit_id
    from sections
    inner join {{ ref('dim_unit') }} as unit
        on
            unit.is_in_period
            and (
                (sections.applies_to = 'ward' and unit.unit_kind = 'ward')
                or (
                    sections.applies_to <> 'ward'
                    and unit.unit_id in (
                        select field.department_unit_id
                        from {{ ref('dim_field') }} as field
                        where field.is_in_period
                    )
                )
            )
    union
    select
        unit_section_code as section_code,
        row_unit_id
    from facts
),

stub as (
    select
        question.office_unit_id as scope_id,
        sections.section_code,
        section_units.row_unit_id
    from {{ ref('stg_question') }} as question
    cross join sections
    left join section_units on sections.section_code = section_units.section_code
),

filled as (
    select
        stub.scope_id,
        stub.section_code,
        stub.row_unit_id,
        {{ each_measure('coalesce(facts.#, 0) as #') }}
    from stub
    left join facts
        on
            stub.scope_id = facts.scope_id
            and stub.section_code = facts.unit_section_code
            and stub.row_unit_id = facts.row_unit_id
),

rolled as (
    {{ form_sums(key='row_unit_id') }}
),

labels as (
    select
        unit_id as row_unit_id,
        name_vi as label,
        sort_no
    from {{ ref('dim_unit') }}
),

{{ form_lines(key='row_unit_id', section='unit_section_code') }}
