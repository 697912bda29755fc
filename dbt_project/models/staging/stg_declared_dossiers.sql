select
    row_of.delivery_id,
    row_of.level,
    row_of.level_label,
    row_of.field_name,
    row_of.field_name_key,
    row_of.received_total,
    row_of.received_online,
    row_of.received_direct_postal,
    row_of.carried_in,
    row_of.resolved_total,
    row_of.resolved_early,
    row_of.resolved_on_time,
    row_of.resolved_overdue,
    row_of.pending_total,
    row_of.pending_in_time,
    row_of.pending_overdue,
    row_of.flags,
    row_of.source_file,
    row_of.source_sheet,
    row_of.source_row,
    delivery.unit_id as sender_unit_id,
    delivery.period_id,
    delivery.receipt_no as delivery_receipt_no,
    {{ row_id('row_of') }} as row_id
from {{ source('landed', 'declared_dossiers') }} as row_of
inner join {{ ref('stg_delivery') }} as delivery on row_of.delivery_id = delivery.delivery_id
where delivery.is_counted
