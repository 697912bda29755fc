select distinct
    question.office_unit_id as scope_id,
    in_scope.dossier_code
from {{ ref('int_dossier_in_scope') }} as in_scope
cross join {{ ref('stg_question') }} as question
