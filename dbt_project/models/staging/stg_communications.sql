select
    row_of.communication_code as record_code,
    row_of.channel,
    row_of.topic,
    coalesce(row_of.item_count, 1) as item_count,
    coalesce(row_of.reach, 0) as reach,
    cast(row_of.communicated_on as date) as from_on,
    cast(row_of.communicated_on as date) as to_on,
    {{ record_lineage() }}
from {{ source('landed', 'communications') }} as row_of
inner join {{ ref('stg_delivery') }} as delivery on row_of.delivery_id = delivery.delivery_id
where delivery.is_counted
