with facts as (
    select
        in_scope.scope_id,
        fact.level_section_code,
        fact.field_code,
        {{ each_measure('sum(fact.#) as #') }}
    from {{ ref('int_dossier_in_scope') }} as in_scope
    inner join {{ ref('fct_dossier_period') }} as fact on in_scope.dossier_code = fact.dossier_code
    group by in_scope.scope_id, fact.level_section_code, fact.field_code
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
    select
        scope_id,
        section_code,
        field_code,
        case
            when grouping(section_code) = 1 then 'total'
            when grouping(field_code) = 1 then 'section'
            else 'row'
        end as row_kind,
        {{ each_measure('cast(sum(#) as bigint) as #') }}
    from filled
    group by grouping sets ((scope_id, section_code, field_code), (scope_id, section_code), (scope_id))
),

ordered as (
    select
        rolled.*,
        sections.label as section_label,
        sections.sort_no as section_sort_no,
        field.field_name,
        row_number() over (
            partition by rolled.scope_id, rolled.section_code, rolled.row_kind
            order by field.sort_no, rolled.field_code
        ) as no_in_section
    from rolled
    left join sections on rolled.section_code = sections.section_code
    left join {{ ref('dim_field') }} as field on rolled.field_code = field.field_code
    where rolled.row_kind <> 'row' or rolled.field_code is not null
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
        else field_name
    end as label,
    section_code as level_section_code,
    field_code,
    {{ each_measure('#') }}
from ordered
