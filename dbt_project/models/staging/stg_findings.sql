select
    row_of.finding_code as record_code,
    row_of.category,
    cast(row_of.deadline_on as date) as deadline_on,
    cast(row_of.closed_on as date) as closed_on,
    cast(row_of.found_on as date) as from_on,
    cast(row_of.closed_on as date) as to_on,
    {{ record_lineage() }}
from {{ source('landed', 'findings') }} as row_of
inner join {{ ref('stg_delivery') }} as delivery on row_of.delivery_id = delivery.delivery_id
where delivery.is_counted
