-- One row, the city's own contribution; the province fills its columns and adds its rows.
with procedure_facts as (
    select
        in_scope.scope_id,
        fact.authority_unit_id,
        {{ each_measure('sum(fact.#) as #', fact='fct_procedure_level_period') }}
    from {{ ref('int_procedure_in_scope') }} as in_scope
    inner join {{ ref('fct_procedure_level_period') }} as fact on in_scope.procedure_level_id = fact.procedure_level_id
    group by in_scope.scope_id, fact.authority_unit_id
),

process_facts as (
    select
        in_scope.scope_id,
        fact.authority_unit_id,
        {{ each_measure('sum(fact.#) as #', fact='fct_internal_process_period') }}
    from {{ ref('int_record_in_scope') }} as in_scope
    inner join {{ ref('fct_internal_process_period') }} as fact on in_scope.record_id = fact.record_id
    group by in_scope.scope_id, fact.authority_unit_id
),

sections as (
    {{ no_sections() }}
),

stub as (
    select
        office_unit_id as scope_id,
        office_unit_id as authority_unit_id
    from {{ ref('stg_question') }}
),

filled as (
    select
        stub.scope_id,
        stub.authority_unit_id,
        {{ each_measure('coalesce(procedure_fact.#, 0) as #', fact='fct_procedure_level_period') }},
        {{ each_measure('coalesce(process_fact.#, 0) as #', fact='fct_internal_process_period') }}
    from stub
    left join procedure_facts as procedure_fact
        on stub.scope_id = procedure_fact.scope_id and stub.authority_unit_id = procedure_fact.authority_unit_id
    left join process_facts as process_fact
        on stub.scope_id = process_fact.scope_id and stub.authority_unit_id = process_fact.authority_unit_id
),

rolled as (
    select
        scope_id,
        cast(null as {{ text_type() }}) as section_code,
        authority_unit_id,
        case when grouping(authority_unit_id) = 1 then 'total' else 'row' end as row_kind,
        cast(null as bigint) as procedures_province,
        cast(null as bigint) as one_stop_province,
        cast(null as bigint) as processes_province,
        {{ each_name('cast(sum(#) as bigint) as #', sums(this_model())) }}
    from filled
    group by grouping sets ((scope_id, authority_unit_id), (scope_id))
),

labels as (
    select
        unit_id as authority_unit_id,
        name_vi as label,
        sort_no
    from {{ ref('dim_unit') }}
),

{{ form_lines(
    key='authority_unit_id', section='section_code',
    also=['procedures_province', 'one_stop_province', 'processes_province']
) }}
