-- One row a decision.
with facts as (
    select
        in_scope.scope_id,
        fact.decision_id,
        {{ each_measure('sum(fact.#) as #', fact='fct_publication_period') }}
    from {{ ref('int_record_in_scope') }} as in_scope
    inner join {{ ref('fct_publication_period') }} as fact on in_scope.record_id = fact.record_id
    group by in_scope.scope_id, fact.decision_id
),

sections as (
    {{ no_sections() }}
),

filled as (
    select
        scope_id,
        decision_id,
        {{ each_measure('#', fact='fct_publication_period') }}
    from facts
    union all
    select distinct
        scope_id,
        cast(null as {{ text_type() }}) as decision_id,
        {{ each_measure('0 as #', fact='fct_publication_period') }}
    from {{ ref('dim_scope') }}
),

rolled as (
    {{ row_sums(key='decision_id') }}
),

decisions as (
    select
        decision_id,
        max(decision_number) as decision_number,
        min(decided_on) as decided_on
    from {{ ref('fct_publication_period') }}
    group by decision_id
),

labels as (
    select
        decision_id,
        coalesce(decision_number, 'Không số') || ' ngày '
        || substring(cast(decided_on as {{ text_type() }}), 9, 2) || '/'
        || substring(cast(decided_on as {{ text_type() }}), 6, 2) || '/'
        || substring(cast(decided_on as {{ text_type() }}), 1, 4) as label,
        row_number() over (order by decided_on, decision_id) as sort_no
    from decisions
),

{{ form_lines(key='decision_id', section='section_code') }}
