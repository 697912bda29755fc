-- The office's own form holds every feedback of the warehouse: no unit is outside every scope.
select fact.feedback_code
from {{ ref('fct_feedback_period') }} as fact
cross join {{ ref('stg_question') }} as question
left join {{ ref('int_feedback_in_scope') }} as in_scope
    on fact.feedback_code = in_scope.feedback_code and question.office_unit_id = in_scope.scope_id
where in_scope.feedback_code is null
