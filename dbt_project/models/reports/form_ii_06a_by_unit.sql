with facts as (
    select
        in_scope.scope_id,
        fact.unit_section_code,
        fact.row_unit_id,
        {{ each_measure('sum(fact.#) as #') }}
    from {{ ref('int_dossier_in_scope') }} as in_scope
    inner join {{ ref('stg_question') }} as question on in_scope.scope_id = question.office_unit_id
    inner join {{ ref('fct_dossier_period') }} as fact on in_scope.dossier_code = fact.dossier_code
    group by in_scope.scope_id, fact.unit_section_code, fact.row_unit_id
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
        unit.unit_id
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
        row_unit_id as unit_id
    from facts
),

stub as (
    select
        question.office_unit_id as scope_id,
        sections.section_code,
        section_units.unit_id
    from {{ ref('stg_question') }} as question
    cross join sections
    left join section_units on sections.section_code = section_units.section_code
),

filled as (
    select
        stub.scope_id,
        stub.section_code,
        stub.unit_id,
        {{ each_measure('coalesce(facts.#, 0) as #') }}
    from stub
    left join facts
        on
            stub.scope_id = facts.scope_id
            and stub.section_code = facts.unit_section_code
            and stub.unit_id = facts.row_unit_id
),

rolled as (
    select
        scope_id,
        section_code,
        unit_id,
        case
            when grouping(section_code) = 1 then 'total'
            when grouping(unit_id) = 1 then 'section'
            else 'row'
        end as row_kind,
        {{ each_measure('cast(sum(#) as bigint) as #') }}
    from filled
    group by grouping sets ((scope_id, section_code, unit_id), (scope_id, section_code), (scope_id))
),

ordered as (
    select
        rolled.*,
        sections.label as section_label,
        sections.sort_no as section_sort_no,
        unit.name_vi,
        row_number() over (
            partition by rolled.scope_id, rolled.section_code, rolled.row_kind
            order by unit.sort_no, rolled.unit_id
        ) as no_in_section
    from rolled
    left join sections on rolled.section_code = sections.section_code
    left join {{ ref('dim_unit') }} as unit on rolled.unit_id = unit.unit_id
    where rolled.row_kind <> 'row' or rolled.unit_id is not null
)

select
    scope_id,
    cast(row_number() over (
        partition by scope_id
        order by
            case when row_kind = 'total' then 1 else 0 end,
            section_sort_no,
            section_code,
            case when row_kind = 'section' then 0 else 1 end,
            no_in_section
    ) as integer) as row_order,
    row_kind,
    case
        when row_kind = 'total' then 'total'
        when row_kind = 'section' then section_code
        else section_code || '.' || cast(no_in_section as {{ text_type() }})
    end as row_code,
    case
        when row_kind = 'section' then section_code
        when row_kind = 'row' then cast(no_in_section as {{ text_type() }})
    end as row_no,
    case
        when row_kind = 'total' then 'Tổng cộng'
        when row_kind = 'section' then section_label
        else name_vi
    end as label,
    section_code as unit_section_code,
    unit_id as row_unit_id,
    {{ each_measure('#') }}
from ordered
