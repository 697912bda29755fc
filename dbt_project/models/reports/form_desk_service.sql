-- Rows are the departments and wards met in either fact.
with dossiers as (
    select
        in_scope.scope_id,
        fact.row_unit_id,
        {{ each_measure('sum(fact.#) as #') }}
    from {{ ref('int_dossier_in_scope') }} as in_scope
    inner join {{ ref('fct_dossier_period') }} as fact on in_scope.dossier_code = fact.dossier_code
    group by in_scope.scope_id, fact.row_unit_id
),

waiting as (
    select
        in_scope.scope_id,
        fact.row_unit_id,
        {{ each_measure('sum(fact.#) as #', fact='fct_dossier_waiting_period') }}
    from {{ ref('int_waiting_in_scope') }} as in_scope
    inner join {{ ref('fct_dossier_waiting_period') }} as fact on in_scope.dossier_code = fact.dossier_code
    group by in_scope.scope_id, fact.row_unit_id
),

-- A scope without any still has its total.
stub as (
    select
        scope_id,
        row_unit_id
    from dossiers
    union
    select
        scope_id,
        row_unit_id
    from waiting
    union
    select
        scope_id,
        cast(null as {{ text_type() }}) as row_unit_id
    from {{ ref('dim_scope') }}
),

-- The table has no sections.
sections as (
    {{ no_sections() }}
),

filled as (
    select
        stub.scope_id,
        stub.row_unit_id,
        {{ each_measure('coalesce(dossiers.#, 0) as #') }},
        {{ each_measure('coalesce(waiting.#, 0) as #', fact='fct_dossier_waiting_period') }}
    from stub
    left join dossiers on stub.scope_id = dossiers.scope_id and stub.row_unit_id = dossiers.row_unit_id
    left join waiting on stub.scope_id = waiting.scope_id and stub.row_unit_id = waiting.row_unit_id
),

rolled as (
    {{ row_sums(key='row_unit_id') }}
),

labels as (
    select
        unit_id as row_unit_id,
        name_vi as label,
        sort_no
    from {{ ref('dim_unit') }}
),

{{ form_lines(key='row_unit_id', section='section_code') }}
