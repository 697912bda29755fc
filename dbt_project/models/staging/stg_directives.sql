select
    row_of.document_number as record_code,
    row_of.directive_kind,
    row_of.plan_year,
    cast(row_of.issued_on as date) as from_on,
    cast(row_of.issued_on as date) as to_on,
    {{ record_lineage() }}
from {{ source('landed', 'directives') }} as row_of
inner join {{ ref('stg_delivery') }} as delivery on row_of.delivery_id = delivery.delivery_id
where delivery.is_counted
