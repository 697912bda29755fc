with counted_and_declared as (
    select
        in_scope.scope_id,
        fact.level_section_code,
        fact.field_code,
        {{ each_measure('fact.#') }}
    from {{ ref('int_dossier_in_scope') }} as in_scope
    inner join {{ ref('fct_dossier_period') }} as fact on in_scope.dossier_code = fact.dossier_code
    union all
    select
        in_scope.scope_id,
        declared.level_section_code,
        declared.field_code,
        {{ each_measure('declared.#') }}
    from {{ ref('int_declared_in_scope') }} as in_scope
    inner join {{ ref('fct_declared_period') }} as declared on in_scope.declared_id = declared.declared_id
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

scopes as (
    select distinct scope_id
    from {{ ref('dim_scope') }}
),

sections as (
    select
        section_code,
        label,
        sort_no,
        applies_to
    from {{ ref('dim_section') }}
    where scheme = 'level'
),

-- Rows known beforehand: fields with a procedure of the level. Fields met in the facts are rows in every scope.
section_fields as (
    select
        sections.section_code,
        procedure_of.field_code
    from {{ ref('dim_procedure') }} as procedure_of
    inner join sections
        on
            procedure_of.competent_level = 'both'
            or (sections.applies_to = 'ward' and procedure_of.competent_level = 'ward')
            or (sections.applies_to <> 'ward' and procedure_of.competent_level in ('city', 'police'))
    where procedure_of.is_in_period and procedure_of.field_code <> 'unknown'
    union
    select
        level_section_code as section_code,
        field_code
    from {{ ref('fct_dossier_period') }}
    where field_code <> 'unknown'
    union
    select
        level_section_code as section_code,
        field_code
    from {{ ref('fct_declared_period') }}
    where field_code <> 'unknown'
),

stub as (
    select
        scopes.scope_id,
        sections.section_code,
        section_fields.field_code
    from scopes
    cross join sections
    left join section_fields on sections.section_code = section_fields.section_code
    union all
    select
        scope_id,
        level_section_code as section_code,
        field_code
    from facts
    where field_code = 'unknown'
),

filled as (
    select
        stub.scope_id,
        stub.section_code,
        stub.field_code,
        {{ each_measure('coalesce(facts.#, 0) as #') }}
    from stub
    left join facts
        on
            stub.scope_id = facts.scope_id
            and stub.section_code = facts.level_section_code
            and stub.field_code = facts.field_code
),

rolled as (
    {{ form_sums(key='field_code') }}
),

labels as (
    select
        field_code,
        field_name as label,
        sort_no
    from {{ ref('dim_field') }}
),

{{ form_lines(key='field_code', section='level_section_code') }}
