select
    correction.correction_no,
    correction.stream,
    correction.record_code,
    correction.column_label,
    correction.state,
    correction.original,
    correction.right_value,
    correction.reason,
    correction.document,
    correction.delivery_id,
    correction.source_sheet,
    correction.source_row,
    delivery.unit_id,
    delivery.file_name,
    coalesce(unit.name_vi, delivery.unit_id) as unit_name
from {{ source('landed', 'correction') }} as correction
left join {{ ref('stg_delivery') }} as delivery on correction.delivery_id = delivery.delivery_id
left join {{ ref('dim_unit') }} as unit on delivery.unit_id = unit.unit_id
