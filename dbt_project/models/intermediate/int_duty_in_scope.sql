select distinct
    scope.scope_id,
    duty.record_id
from {{ ref('int_plan_duty') }} as duty
inner join {{ ref('dim_scope') }} as scope on duty.reporting_unit_id = scope.member_unit_id
