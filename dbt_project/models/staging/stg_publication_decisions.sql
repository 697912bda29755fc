select
    coalesce(row_of.decision_number, '') || '|' || row_of.procedure_code as record_code,
    row_of.decision_number,
    cast(row_of.effective_on as date) as effective_on,
    row_of.procedure_code,
    row_of.procedure_name,
    row_of.procedure_action,
    row_of.document_number,
    row_of.document_action,
    cast(row_of.posted_on as date) as posted_on,
    row_of.posting_place,
    cast(row_of.decided_on as date) as from_on,
    cast(row_of.decided_on as date) as to_on,
    {{ record_lineage() }}
from {{ source('landed', 'publication_decisions') }} as row_of
inner join {{ ref('stg_delivery') }} as delivery on row_of.delivery_id = delivery.delivery_id
where delivery.is_counted
