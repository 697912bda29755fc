select
    coalesce(row_of.procedure_code, '') || '|' || coalesce(row_of.process_level, '') || '|'
    || coalesce(row_of.decision_number, '') || '|' || coalesce(row_of.process_code, '') as record_code,
    row_of.procedure_code,
    row_of.procedure_name,
    row_of.procedure_name_key,
    row_of.process_code,
    row_of.decision_number,
    cast(row_of.decided_on as date) as decided_on,
    row_of.process_level,
    row_of.total_hours,
    row_of.is_electronic,
    cast(coalesce(row_of.valid_from, row_of.decided_on) as date) as from_on,
    cast(row_of.valid_to as date) as to_on,
    {{ record_lineage() }}
from {{ source('landed', 'internal_processes') }} as row_of
inner join {{ ref('stg_delivery') }} as delivery on row_of.delivery_id = delivery.delivery_id
where delivery.is_counted
