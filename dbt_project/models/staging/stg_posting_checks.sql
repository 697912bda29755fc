select
    row_of.check_code || '|' || coalesce(row_of.posting_kind, '') || '|' || coalesce(row_of.posting_place, '') as record_code,
    row_of.check_code,
    row_of.posting_kind,
    row_of.posting_place,
    row_of.in_force,
    row_of.posted,
    row_of.missing,
    row_of.expired_posted,
    cast(row_of.checked_on as date) as from_on,
    cast(row_of.checked_on as date) as to_on,
    {{ record_lineage() }}
from {{ source('landed', 'posting_checks') }} as row_of
inner join {{ ref('stg_delivery') }} as delivery on row_of.delivery_id = delivery.delivery_id
where delivery.is_counted
