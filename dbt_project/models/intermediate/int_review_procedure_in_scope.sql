select
    scope_id,
    review_id
from {{ ref('fct_review_procedure_period') }}
