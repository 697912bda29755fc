select
    row_of.inspection_code as record_code,
    row_of.inspection_kind,
    row_of.checked_unit_key,
    cast(row_of.planned_on as date) as planned_on,
    cast(row_of.done_on as date) as done_on,
    cast(row_of.conclusion_on as date) as conclusion_on,
    case
        when row_of.done_on < row_of.planned_on then cast(row_of.done_on as date)
        else cast(row_of.planned_on as date)
    end as from_on,
    cast(row_of.done_on as date) as to_on,
    {{ record_lineage() }}
from {{ source('landed', 'inspections') }} as row_of
inner join {{ ref('stg_delivery') }} as delivery on row_of.delivery_id = delivery.delivery_id
where delivery.is_counted
