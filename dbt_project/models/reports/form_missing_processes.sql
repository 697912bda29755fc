-- Procedures handled at a desk for which no process is decided there; without one the form has its total only.
with facts as (
    select
        in_scope.scope_id,
        fact.procedure_key,
        {{ each_measure('sum(fact.#) as #', fact='fct_procedure_level_period') }}
    from {{ ref('int_procedure_in_scope') }} as in_scope
    inner join {{ ref('fct_procedure_level_period') }} as fact on in_scope.procedure_level_id = fact.procedure_level_id
    group by in_scope.scope_id, fact.procedure_key
),

sections as (
    {{ no_sections() }}
),

filled as (
    select
        scope_id,
        procedure_key,
        {{ each_measure('#', fact='fct_procedure_level_period') }}
    from facts
    where {{ each_measure('#', fact='fct_procedure_level_period', separator=' + ') }} > 0
    union all
    select
        office_unit_id as scope_id,
        cast(null as {{ text_type() }}) as procedure_key,
        {{ each_measure('0 as #', fact='fct_procedure_level_period') }}
    from {{ ref('stg_question') }}
),

rolled as (
    {{ row_sums(key='procedure_key') }}
),

named as (
    select distinct
        procedure_key,
        procedure_code,
        procedure_name,
        field_code
    from {{ ref('int_procedure_in_force') }}
),

labels as (
    select
        named.procedure_key,
        field.sort_no,
        case when named.procedure_code is null then '' else named.procedure_code || ': ' end || named.procedure_name as label
    from named
    inner join {{ ref('dim_field') }} as field on named.field_code = field.field_code
),

{{ form_lines(key='procedure_key', section='section_code') }}
