with {{ dossier_facts('unit_section_code', 'row_unit_id', of_office=true) }},

sections as (
    select
        section.section_code,
        section.label,
        section.sort_no,
        section.applies_to,
        coalesce(question.include_vertical_agencies, false) as counts_vertical
    from {{ ref('dim_section') }} as section
    cross join {{ ref('stg_question') }} as question
    where section.scheme = 'unit'
),

-- Rows known beforehand: departments that own a field, but no agency whose dossiers are not counted; wards; then every
-- unit met in the facts.
section_units as (
    select
        sections.section_code,
        unit.unit_id as row_unit_id
    from sections
    inner join {{ ref('dim_unit') }} as unit
        on
            unit.is_in_period
            and (unit.unit_kind <> 'vertical_agency' or sections.counts_vertical)
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

{{ dossier_rows('unit_section_code', 'row_unit_id') }},

labels as (
    select
        unit_id as row_unit_id,
        name_vi as label,
        sort_no
    from {{ ref('dim_unit') }}
),

{{ form_lines(key='row_unit_id', section='unit_section_code') }}
