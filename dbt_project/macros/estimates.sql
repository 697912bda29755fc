{# Groups of measures an estimate adds to, and their parts; the totals and what is pending follow (domain/04 4.2). #}
{% macro estimated_groups() -%}
    {{ return({
        'received': ['received_online', 'received_direct', 'received_postal', 'received_unknown_channel'],
        'resolved': ['resolved_early', 'resolved_on_time', 'resolved_overdue', 'resolved_without_result']
    }) }}
{%- endmacro %}

{# The whole part of a fraction of integers not below 0. #}
{% macro whole_part(numerator, denominator) -%}
    cast(({{ numerator }} - mod({{ numerator }}, {{ denominator }})) / {{ denominator }} as bigint)
{%- endmacro %}

{# CTE body: first section of each scheme for wards and for the rest; a scheme without one of them has only the other.
   Gives scheme, applies_to (ward, city), section_code, section_rank. #}
{% macro sections_by_kind() -%}
    select
        section.scheme,
        kind.applies_to,
        section.section_code,
        row_number() over (
            partition by section.scheme, kind.applies_to
            order by
                case when (section.applies_to = 'ward') = (kind.applies_to = 'ward') then 0 else 1 end,
                section.sort_no,
                section.section_code
        ) as section_rank
    from {{ ref('dim_section') }} as section
    cross join (
        select 'ward' as applies_to
        union all
        select 'city' as applies_to
    ) as kind
{%- endmacro %}
