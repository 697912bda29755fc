-- Every cause is a section; a field is a row where dossiers of that cause are overdue.
with facts as (
    select
        in_scope.scope_id,
        fact.cause_section_code,
        fact.field_code,
        {{ each_measure('sum(fact.#) as #') }}
    from {{ ref('int_dossier_in_scope') }} as in_scope
    inner join {{ ref('fct_dossier_period') }} as fact on in_scope.dossier_code = fact.dossier_code
    where fact.overdue_total = 1
    group by in_scope.scope_id, fact.cause_section_code, fact.field_code
),

scopes as (
    select distinct scope_id
    from {{ ref('dim_scope') }}
),

sections as (
    select
        section_code,
        label,
        sort_no
    from {{ ref('int_cause_section') }}
),

stub as (
    select
        scopes.scope_id,
        sections.section_code,
        cast(null as {{ text_type() }}) as field_code
    from scopes
    cross join sections
    union all
    select
        scope_id,
        cause_section_code as section_code,
        field_code
    from facts
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
            and stub.section_code = facts.cause_section_code
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

{{ form_lines(key='field_code', section='cause_section_code') }}
