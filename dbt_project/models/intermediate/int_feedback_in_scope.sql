-- The office has all feedback; every other unit what it handles.
select distinct
    scope.scope_id,
    fact.feedback_code
from {{ ref('fct_feedback_period') }} as fact
inner join {{ ref('dim_scope') }} as scope on fact.handling_unit_id = scope.member_unit_id
