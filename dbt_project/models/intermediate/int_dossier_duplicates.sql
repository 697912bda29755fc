select
    row_id,
    dossier_code,
    receiving_unit_id,
    owner_unit_id,
    case when receiving_unit_id <> owner_unit_id then 'other_unit' else 'same_delivery' end as duplicate_kind,
    delivery_id,
    source_file,
    source_sheet,
    source_row
from {{ ref('int_case_row_ranked') }}
where is_duplicate
