select
    question.office_unit_id as scope_id,
    procedure_of.procedure_level_id
from {{ ref('int_procedure_in_force') }} as procedure_of
cross join {{ ref('stg_question') }} as question
