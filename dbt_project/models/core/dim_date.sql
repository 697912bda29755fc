select
    date_on,
    is_working_day,
    working_day_no
from {{ source('landed', 'calendar') }}
