select
    scope_id,
    document_id
from {{ ref('fct_review_document_period') }}
