-- One row a unit that owes its posting checks or sent some: the last check of each place, beside our own catalogue.
with check_facts as (
    select
        in_scope.scope_id,
        fact.reporting_unit_id,
        {{ each_measure('sum(fact.#) as #', fact='fct_posting_check_period') }}
    from {{ ref('int_record_in_scope') }} as in_scope
    inner join {{ ref('fct_posting_check_period') }} as fact on in_scope.record_id = fact.record_id
    group by in_scope.scope_id, fact.reporting_unit_id
),

unit_facts as (
    select
        in_scope.scope_id,
        fact.reporting_unit_id,
        {{ each_measure('fact.#', fact='fct_posting_unit_period') }}
    from {{ ref('int_posting_unit_in_scope') }} as in_scope
    inner join {{ ref('fct_posting_unit_period') }} as fact on in_scope.reporting_unit_id = fact.reporting_unit_id
),

sections as (
    {{ no_sections() }}
),

stub as (
    select
        scope_id,
        reporting_unit_id
    from unit_facts
    union
    -- A scope in which nobody owes anything still has its total.
    select
        scope_id,
        cast(null as {{ text_type() }}) as reporting_unit_id
    from {{ ref('dim_scope') }}
),

filled as (
    select
        stub.scope_id,
        stub.reporting_unit_id,
        {{ each_measure('coalesce(unit_fact.#, 0) as #', fact='fct_posting_unit_period') }},
        {{ each_measure('coalesce(check_fact.#, 0) as #', fact='fct_posting_check_period') }}
    from stub
    left join unit_facts as unit_fact
        on stub.scope_id = unit_fact.scope_id and stub.reporting_unit_id = unit_fact.reporting_unit_id
    left join check_facts as check_fact
        on stub.scope_id = check_fact.scope_id and stub.reporting_unit_id = check_fact.reporting_unit_id
),

summed as (
    select
        scope_id,
        cast(null as {{ text_type() }}) as section_code,
        reporting_unit_id,
        case when grouping(reporting_unit_id) = 1 then 'total' else 'row' end as row_kind,
        {{ each_name('cast(sum(#) as bigint) as #', sums(this_model())) }}
    from filled
    group by grouping sets ((scope_id, reporting_unit_id), (scope_id))
),

rolled as (
    select
        summed.*,
        {{ percent_of('wall_posted', 'wall_in_force') }} as wall_percent,
        {{ percent_of('portal_posted', 'portal_in_force') }} as portal_percent
    from summed
),

labels as (
    select
        unit_id as reporting_unit_id,
        name_vi as label,
        sort_no
    from {{ ref('dim_unit') }}
),

{{ form_lines(
    key='reporting_unit_id', section='section_code',
    also=['wall_percent', 'portal_percent']
) }}
