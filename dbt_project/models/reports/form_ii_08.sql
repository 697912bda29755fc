-- Columns 3 to 6 are services of the catalogue, 7 to 14 dossiers; both stand in the row of their field.
with counted_and_declared as (
    select
        in_scope.scope_id,
        fact.field_code,
        {{ each_measure('fact.#', noun='dossier_more') }},
        fact.received_direct_postal,
        fact.received_unknown_channel
    from {{ ref('int_dossier_in_scope') }} as in_scope
    inner join {{ ref('fct_dossier_period') }} as fact on in_scope.dossier_code = fact.dossier_code
    union all
    select
        in_scope.scope_id,
        declared.field_code,
        {{ each_measure('declared.#', noun='dossier_more') }},
        declared.received_direct_postal,
        declared.received_unknown_channel
    from {{ ref('int_declared_in_scope') }} as in_scope
    inner join {{ ref('fct_declared_period') }} as declared on in_scope.declared_id = declared.declared_id
),

dossiers as (
    select
        scope_id,
        field_code,
        sum(received_in_period) as dossiers_total,
        sum(received_direct_postal) as dossiers_direct_postal,
        sum(received_online_partial) as dossiers_online_level3,
        sum(received_online_full) as dossiers_online_level4,
        sum(received_online_other) as received_online_other,
        sum(received_unknown_channel) as received_unknown_channel,
        sum(payable) as payable_dossiers,
        sum(paid_online) as paid_online,
        sum(intake_digitised) as digitised_components,
        sum(result_digitised) as digitised_results
    from counted_and_declared
    group by scope_id, field_code
),

services as (
    select
        in_scope.scope_id,
        fact.field_code,
        sum(fact.services_total) as services_total,
        sum(fact.services_partial) as services_level3,
        sum(fact.services_full) as services_level4,
        sum(fact.services_on_national_portal) as services_on_national_portal
    from {{ ref('int_service_in_scope') }} as in_scope
    inner join {{ ref('fct_service_period') }} as fact on in_scope.procedure_code = fact.procedure_code
    group by in_scope.scope_id, fact.field_code
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
        {{ each_measure('coalesce(services.#, 0) as #', noun='electronic_service') }},
        {{ each_measure('coalesce(dossiers.#, 0) as #', noun='electronic_dossier') }}
    from stub
    left join dossiers on stub.scope_id = dossiers.scope_id and stub.field_code = dossiers.field_code
    left join services on stub.scope_id = services.scope_id and stub.field_code = services.field_code
),

rolled as (
    {{ row_sums(key='field_code', noun='electronic') }}
),

labels as (
    select
        field_code,
        field_name as label,
        sort_no
    from {{ ref('dim_field') }}
),

{{ form_lines(key='field_code', section='section_code', noun='electronic') }}
