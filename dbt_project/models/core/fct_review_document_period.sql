-- Documents that own proposals of the period change, once in each form, however many procedures or units name them.
-- A document is beside its first procedure by code: in the section where the form has that procedure.
with named as (
    select
        ranked.*,
        row_number() over (
            partition by ranked.scope_id, ranked.document_key
            order by ranked.procedure_code, ranked.scope_rank
        ) as document_rank
    from {{ ref('int_review_scope_ranked') }} as ranked
    where
        ranked.document_key is not null
        and ranked.reason_code in ('own_amended', 'own_replaced', 'own_abolished', 'own_new')
)

select
    named.scope_id || ':' || named.document_key as document_id,
    named.scope_id,
    named.document_number,
    named.document_key,
    named.document_action,
    named.procedure_code,
    named.procedure_name,
    procedure_row.plan_section_code,
    named.reviewing_unit_id,
    named.reported_on,
    'document_' || named.document_action as reason_code,
    1 as own_documents_total,
    case when named.document_action = 'amend' then 1 else 0 end as own_documents_amended,
    case when named.document_action = 'replace' then 1 else 0 end as own_documents_replaced,
    case when named.document_action = 'abolish' then 1 else 0 end as own_documents_abolished,
    case when named.document_action = 'new' then 1 else 0 end as own_documents_new,
    named.row_id,
    named.delivery_id,
    named.source_file,
    named.source_sheet,
    named.source_row,
    named.flags
from named
inner join {{ ref('int_review_scope_ranked') }} as procedure_row
    on
        named.scope_id = procedure_row.scope_id
        and named.procedure_code = procedure_row.procedure_code
        and procedure_row.scope_rank = 1
where named.document_rank = 1
