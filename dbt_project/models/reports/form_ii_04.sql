-- One row per procedure with a proposal; what was kept or is late counts in the notes of its section only.
with procedure_facts as (
    select
        in_scope.scope_id,
        fact.plan_section_code,
        fact.procedure_code,
        {{ each_measure('sum(fact.#) as #', fact='fct_review_procedure_period') }}
    from {{ ref('int_review_procedure_in_scope') }} as in_scope
    inner join {{ ref('fct_review_procedure_period') }} as fact on in_scope.review_id = fact.review_id
    group by in_scope.scope_id, fact.plan_section_code, fact.procedure_code
),

document_facts as (
    select
        in_scope.scope_id,
        fact.plan_section_code,
        fact.procedure_code,
        {{ each_measure('sum(fact.#) as #', fact='fct_review_document_period') }}
    from {{ ref('int_review_document_in_scope') }} as in_scope
    inner join {{ ref('fct_review_document_period') }} as fact on in_scope.document_id = fact.document_id
    group by in_scope.scope_id, fact.plan_section_code, fact.procedure_code
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
    from {{ ref('int_review_section') }}
),

-- Both sections are in every form; a document is in the row of a procedure of its scope.
stub as (
    select
        scopes.scope_id,
        sections.section_code,
        cast(null as {{ text_type() }}) as procedure_code
    from scopes
    cross join sections
    union all
    select
        scope_id,
        plan_section_code as section_code,
        procedure_code
    from procedure_facts
),

filled as (
    select
        stub.scope_id,
        stub.section_code,
        stub.procedure_code,
        {{ each_measure('coalesce(document_fact.#, 0) as #', fact='fct_review_document_period') }},
        {{ each_measure('coalesce(procedure_fact.#, 0) as #', fact='fct_review_procedure_period') }}
    from stub
    left join procedure_facts as procedure_fact
        on
            stub.scope_id = procedure_fact.scope_id
            and stub.section_code = procedure_fact.plan_section_code
            and stub.procedure_code = procedure_fact.procedure_code
    left join document_facts as document_fact
        on
            stub.scope_id = document_fact.scope_id
            and stub.section_code = document_fact.plan_section_code
            and stub.procedure_code = document_fact.procedure_code
),

summed as (
    {{ form_sums(key='procedure_code') }}
),

rolled as (
    select
        summed.*,
        {{ percent_of('saving_amount', 'cost_before_amount') }} as own_saving_percent
    from summed
    where row_kind <> 'row' or own_procedures_total + proposed_procedures + own_documents_total > 0
),

-- The catalogue's name; of a procedure no catalogue has, the name in the newest report.
named as (
    select
        fact.procedure_code,
        fact.procedure_name,
        field.sort_no,
        row_number() over (
            partition by fact.procedure_code
            order by fact.reported_on desc, fact.review_id asc
        ) as name_rank
    from {{ ref('fct_review_procedure_period') }} as fact
    inner join {{ ref('dim_field') }} as field on fact.field_code = field.field_code
),

labels as (
    select
        procedure_code,
        procedure_name as label,
        sort_no
    from named
    where name_rank = 1
),

{{ form_lines(key='procedure_code', section='plan_section_code', also=['own_saving_percent']) }}
