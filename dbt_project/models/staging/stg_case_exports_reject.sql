select
    reject.delivery_id,
    reject.source_file,
    reject.source_sheet,
    reject.source_row,
    reject.dossier_code,
    reject.check_id,
    reject.column_name,
    reject.value,
    reject.reason,
    reject.mend
from {{ source('landed', 'case_exports_reject') }} as reject
