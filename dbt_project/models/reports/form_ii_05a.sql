with facts as (
    select
        in_scope.scope_id,
        fact.field_code,
        {{ each_measure('sum(fact.#) as #', fact='fct_feedback_period') }}
    from {{ ref('int_feedback_in_scope') }} as in_scope
    inner join {{ ref('fct_feedback_period') }} as fact on in_scope.feedback_code = fact.feedback_code
    group by in_scope.scope_id, fact.field_code
),

scopes as (
    select distinct scope_id
    from {{ ref('dim_scope') }}
),

-- The form has no sections.
sections as (
    {{ no_sections() }}
),

-- Fields with feedback are rows in every scope; what has no known field only where it is met.
met_fields as (
    select distinct field_code
    from {{ ref('fct_feedback_period') }}
    where field_code <> 'unknown'
),

stub as (
    select
        scopes.scope_id,
        met_fields.field_code
    from scopes
    cross join met_fields
    union all
    select
        scope_id,
        field_code
    from facts
    where field_code = 'unknown'
    union all
    -- A scope without feedback still has its total.
    select
        scope_id,
        cast(null as {{ text_type() }}) as field_code
    from scopes
),

filled as (
    select
        stub.scope_id,
        stub.field_code,
        {{ each_measure('coalesce(facts.#, 0) as #', fact='fct_feedback_period') }}
    from stub
    left join facts on stub.scope_id = facts.scope_id and stub.field_code = facts.field_code
),

rolled as (
    {{ row_sums(key='field_code') }}
),

labels as (
    select
        field_code,
        field_name as label,
        sort_no
    from {{ ref('dim_field') }}
),

{{ form_lines(key='field_code', section='section_code') }}
