select
    row_of.training_code as record_code,
    row_of.organiser,
    row_of.topic,
    coalesce(row_of.focal_count, 0) as focal_count,
    coalesce(row_of.one_stop_count, 0) as one_stop_count,
    coalesce(row_of.other_count, 0) as other_count,
    cast(row_of.trained_on as date) as from_on,
    cast(row_of.trained_on as date) as to_on,
    {{ record_lineage() }}
from {{ source('landed', 'trainings') }} as row_of
inner join {{ ref('stg_delivery') }} as delivery on row_of.delivery_id = delivery.delivery_id
where delivery.is_counted
