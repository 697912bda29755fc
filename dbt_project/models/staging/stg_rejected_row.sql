select
    reject.delivery_id,
    reject.source_file,
    reject.source_sheet,
    reject.source_row,
    reject.record_code,
    reject.check_id,
    reject.column_name,
    reject.value,
    reject.reason,
    reject.mend
from {{ source('landed', 'rejected_row') }} as reject
