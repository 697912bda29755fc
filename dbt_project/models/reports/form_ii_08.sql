-- Columns 3 to 6 are services of the catalogue, 7 to 14 dossiers; both are in the row of their field.
with counted_and_declared as (
    select
        in_scope.scope_id,
        fact.field_code,
        {{ named_sums('fact', 'fct_dossier_period') }}
    from {{ ref('int_dossier_in_scope') }} as in_scope
    inner join {{ ref('fct_dossier_period') }} as fact on in_scope.dossier_code = fact.dossier_code
    union all
    select
        in_scope.scope_id,
        declared.field_code,
        {{ named_sums('declared', 'fct_dossier_period') }}
    from {{ ref('int_declared_in_scope') }} as in_scope
    inner join {{ ref('fct_declared_period') }} as declared on in_scope.declared_id = declared.declared_id
),

dossiers as (
    select
        scope_id,
        field_code,
        {{ each_name('sum(#) as #', sums(this_model(), 'fct_dossier_period')) }}
    from counted_and_declared
    group by scope_id, field_code
),

services_in_scope as (
    select
        in_scope.scope_id,
        fact.field_code,
        {{ named_sums('fact', 'fct_service_period') }}
    from {{ ref('int_service_in_scope') }} as in_scope
    inner join {{ ref('fct_service_period') }} as fact on in_scope.procedure_code = fact.procedure_code
),

services as (
    select
        scope_id,
        field_code,
        {{ each_name('sum(#) as #', sums(this_model(), 'fct_service_period')) }}
    from services_in_scope
    group by scope_id, field_code
),

scopes as (
    select distinct scope_id
    from {{ ref('dim_scope') }}
),

-- Fields met in the facts are rows in every scope; what has no known field only where it is met.
met_fields as (
    select field_code
    from dossiers
    union
    select field_code
    from services
),

stub as (
    select
        scopes.scope_id,
        met_fields.field_code
    from scopes
    cross join met_fields
    where met_fields.field_code <> 'unknown'
    union
    select
        scope_id,
        field_code
    from dossiers
    where field_code = 'unknown'
    union
    select
        scope_id,
        field_code
    from services
    where field_code = 'unknown'
    union
    -- A scope without any still has its total.
    select
        scope_id,
        cast(null as {{ text_type() }}) as field_code
    from scopes
),

-- The form has no sections.
sections as (
    {{ no_sections() }}
),

filled as (
    select
        stub.scope_id,
        stub.field_code,
        {{ each_name('coalesce(services.#, 0) as #', sums(this_model(), 'fct_service_period')) }},
        {{ each_name('coalesce(dossiers.#, 0) as #', sums(this_model(), 'fct_dossier_period')) }}
    from stub
    left join dossiers on stub.scope_id = dossiers.scope_id and stub.field_code = dossiers.field_code
    left join services on stub.scope_id = services.scope_id and stub.field_code = services.field_code
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
