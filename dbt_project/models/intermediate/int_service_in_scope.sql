-- The office offers every service; a ward those wards decide on, the desk those of the city, a department its fields'.
select
    question.office_unit_id as scope_id,
    fact.procedure_code
from {{ ref('fct_service_period') }} as fact
cross join {{ ref('stg_question') }} as question
union
select
    scope.scope_id,
    fact.procedure_code
from {{ ref('fct_service_period') }} as fact
inner join {{ ref('dim_scope') }} as scope on scope.scope_id = scope.member_unit_id
inner join {{ ref('dim_unit') }} as unit on scope.scope_id = unit.unit_id
where
    (unit.unit_kind = 'ward' and fact.is_of_wards)
    or (unit.unit_kind = 'one_stop_desk' and fact.is_of_city)
    or (unit.unit_kind = 'department' and fact.is_of_city and fact.department_unit_id = unit.unit_id)
