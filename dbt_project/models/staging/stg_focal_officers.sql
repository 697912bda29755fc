select
    row_of.decision_number as record_code,
    row_of.officer_count,
    cast(row_of.ended_on as date) as ended_on,
    cast(row_of.decided_on as date) as from_on,
    cast(row_of.ended_on as date) as to_on,
    {{ record_lineage() }}
from {{ source('landed', 'focal_officers') }} as row_of
inner join {{ ref('stg_delivery') }} as delivery on row_of.delivery_id = delivery.delivery_id
where delivery.is_counted
