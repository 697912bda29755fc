{# CTE body: the sections of a form that has none. #}
{% macro no_sections() -%}
    select
        cast(null as {{ text_type() }}) as section_code,
        cast(null as {{ text_type() }}) as label,
        0 as sort_no
    from {{ ref('stg_question') }}
{%- endmacro %}

{# CTE body: the sums of a form without sections, of each row and the whole.

   Needs the CTE `filled` (scope_id, <key>, the measures; <key> null where a scope has no row). Gives scope_id,
   section_code (null), <key>, row_kind (row, total) and the measures. #}
{% macro row_sums(key) -%}
    select
        scope_id,
        cast(null as {{ text_type() }}) as section_code,
        {{ key }},
        case when grouping({{ key }}) = 1 then 'total' else 'row' end as row_kind,
        {{ each_name('cast(sum(#) as bigint) as #', sums(this_model())) }}
    from filled
    group by grouping sets ((scope_id, {{ key }}), (scope_id))
{%- endmacro %}

{# CTE body: the sums of a form with sections, of each row, each section and the whole.

   Needs the CTE `filled` (scope_id, section_code, <key>, the measures; <key> null where a section has no row). Gives
   scope_id, section_code, <key>, row_kind (row, section, total) and the measures. #}
{% macro form_sums(key) -%}
    select
        scope_id,
        section_code,
        {{ key }},
        case
            when grouping(section_code) = 1 then 'total'
            when grouping({{ key }}) = 1 then 'section'
            else 'row'
        end as row_kind,
        {{ each_name('cast(sum(#) as bigint) as #', sums(this_model())) }}
    from filled
    group by grouping sets ((scope_id, section_code, {{ key }}), (scope_id, section_code), (scope_id))
{%- endmacro %}

{# The last step of a form model: rows in print order, numbered, labelled.

   Needs the CTEs `rolled` (scope_id, section_code, <key>, row_kind section | row | total, the measures; section_code
   null throughout in a form without sections), `sections` (section_code, label, sort_no) and `labels` (<key>, label,
   sort_no). Gives scope_id, row_order, row_kind, row_code (A, A.1, 1, total), row_no, label, <section>, <key>, measures,
   and the columns of `rolled` named in `also` (percentages); the last row is called `total`. #}
{% macro form_lines(key, section, also=[], total='Tổng cộng') -%}
    ordered as (
        select
            rolled.*,
            sections.label as section_label,
            sections.sort_no as section_sort_no,
            labels.label as row_label,
            row_number() over (
                partition by rolled.scope_id, rolled.section_code, rolled.row_kind
                order by labels.sort_no, rolled.{{ key }}
            ) as no_in_section
        from rolled
        left join sections on rolled.section_code = sections.section_code
        left join labels on rolled.{{ key }} = labels.{{ key }}
        where rolled.row_kind <> 'row' or rolled.{{ key }} is not null
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
            when section_code is null then cast(no_in_section as {{ text_type() }})
            else section_code || '.' || cast(no_in_section as {{ text_type() }})
        end as row_code,
        case
            when row_kind = 'section' then section_code
            when row_kind = 'row' then cast(no_in_section as {{ text_type() }})
        end as row_no,
        case
            when row_kind = 'total' then '{{ total }}'
            when row_kind = 'section' then section_label
            else row_label
        end as label,
        section_code as {{ section }},
        {{ key }},
        {{ (sums(this_model()).keys() | list + also) | join(', ') }}
    from ordered
{%- endmacro %}
