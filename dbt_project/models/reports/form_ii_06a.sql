with {{ dossier_facts('level_section_code', 'field_code') }},

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

{{ dossier_rows('level_section_code', 'field_code') }},

labels as (
    select
        field_code,
        field_name as label,
        sort_no
    from {{ ref('dim_field') }}
),

{{ form_lines(key='field_code', section='level_section_code') }}
