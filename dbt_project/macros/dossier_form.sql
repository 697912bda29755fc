{# CTE `facts`: the measures of dossiers and of declared figures, summed by scope, section and key of a form.

   `section` and `key` are columns of both facts; `of_office`: of the office's own form only. #}
{% macro dossier_facts(section, key, of_office=false) -%}
counted_and_declared as (
    select
        in_scope.scope_id,
        fact.{{ section }},
        fact.{{ key }},
        {{ each_measure('fact.#') }}
    from {{ ref('int_dossier_in_scope') }} as in_scope
    {%- if of_office %}
    inner join {{ ref('stg_question') }} as question on in_scope.scope_id = question.office_unit_id
    {%- endif %}
    inner join {{ ref('fct_dossier_period') }} as fact on in_scope.dossier_code = fact.dossier_code
    union all
    select
        in_scope.scope_id,
        declared.{{ section }},
        declared.{{ key }},
        {{ each_measure('declared.#') }}
    from {{ ref('int_declared_in_scope') }} as in_scope
    {%- if of_office %}
    inner join {{ ref('stg_question') }} as question on in_scope.scope_id = question.office_unit_id
    {%- endif %}
    inner join {{ ref('fct_declared_period') }} as declared on in_scope.declared_id = declared.declared_id
),

facts as (
    select
        scope_id,
        {{ section }},
        {{ key }},
        {{ each_measure('sum(#) as #') }}
    from counted_and_declared
    group by scope_id, {{ section }}, {{ key }}
)
{%- endmacro %}

{# CTEs `filled` and `rolled`: the facts in the rows of the stub (scope_id, section_code, <key>), and their sums. #}
{% macro dossier_rows(section, key) -%}
filled as (
    select
        stub.scope_id,
        stub.section_code,
        stub.{{ key }},
        {{ each_measure('coalesce(facts.#, 0) as #') }}
    from stub
    left join facts
        on
            stub.scope_id = facts.scope_id
            and stub.section_code = facts.{{ section }}
            and stub.{{ key }} = facts.{{ key }}
),

rolled as (
    {{ form_sums(key=key) }}
)
{%- endmacro %}
