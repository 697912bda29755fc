{# A form of one row a unit and a total row, from the dossiers of other layouts and those waiting for intake.

   Its columns and the measures they sum are those of its yml. `has_waiting`: some are of dossiers waiting for intake.
   Rows known beforehand: in the office's form departments that own a field and wards, in a unit's own the unit; then
   every unit met in the facts. Figures without a dossier (estimates) are not in it. #}
{% macro unit_form(has_waiting=false, total='Tổng cộng') -%}
{%- set columns = sums(this_model(), 'fct_dossier_layout_period') -%}
{%- set waiting = sums(this_model(), 'fct_dossier_waiting_period') -%}
{%- set names = sums(this_model()) -%}
with counted as (
    select
        in_scope.scope_id,
        fact.row_unit_id
        {%- for name, measure in columns.items() %},
        fact.{{ measure }} as {{ name }}
        {%- endfor %}
        {%- for name in waiting %},
        0 as {{ name }}
        {%- endfor %}
    from {{ ref('int_dossier_in_scope') }} as in_scope
    inner join {{ ref('fct_dossier_layout_period') }} as fact on in_scope.dossier_code = fact.dossier_code
    {%- if has_waiting %}
    union all
    select
        in_scope.scope_id,
        fact.row_unit_id
        {%- for name in columns %},
        0 as {{ name }}
        {%- endfor %}
        {%- for name, measure in waiting.items() %},
        fact.{{ measure }} as {{ name }}
        {%- endfor %}
    from {{ ref('int_waiting_in_scope') }} as in_scope
    inner join {{ ref('fct_dossier_waiting_period') }} as fact on in_scope.dossier_code = fact.dossier_code
    {%- endif %}
),

facts as (
    select
        scope_id,
        row_unit_id
        {%- for name in names %},
        sum({{ name }}) as {{ name }}
        {%- endfor %}
    from counted
    group by scope_id, row_unit_id
),

stub as (
    select
        question.office_unit_id as scope_id,
        unit.unit_id as row_unit_id
    from {{ ref('dim_unit') }} as unit
    cross join {{ ref('stg_question') }} as question
    where
        unit.is_in_period
        and (unit.unit_kind <> 'vertical_agency' or coalesce(question.include_vertical_agencies, false))
        and (
            unit.unit_kind = 'ward'
            or unit.unit_id in (
                select field.department_unit_id
                from {{ ref('dim_field') }} as field
                where field.is_in_period
            )
        )
    union
    select
        scope.scope_id,
        case when unit.unit_kind in ('ward', 'department') then scope.scope_id end as row_unit_id
    from {{ ref('dim_scope') }} as scope
    inner join {{ ref('dim_unit') }} as unit on scope.scope_id = unit.unit_id
    union
    select
        scope_id,
        row_unit_id
    from facts
),

filled as (
    select
        stub.scope_id,
        stub.row_unit_id
        {%- for name in names %},
        coalesce(facts.{{ name }}, 0) as {{ name }}
        {%- endfor %}
    from stub
    left join facts on stub.scope_id = facts.scope_id and stub.row_unit_id = facts.row_unit_id
),

rolled as (
    select
        scope_id,
        cast(null as {{ text_type() }}) as section_code,
        row_unit_id,
        case when grouping(row_unit_id) = 1 then 'total' else 'row' end as row_kind
        {%- for name in names %},
        cast(sum({{ name }}) as bigint) as {{ name }}
        {%- endfor %}
    from filled
    group by grouping sets ((scope_id, row_unit_id), (scope_id))
),

sections as (
    select
        section_code,
        label,
        sort_no
    from {{ ref('dim_section') }}
    where scheme = 'none'
),

labels as (
    select
        unit_id as row_unit_id,
        name_vi as label,
        sort_no
    from {{ ref('dim_unit') }}
),

{{ form_lines(key='row_unit_id', section='section_code', total=total) }}
{%- endmacro %}
