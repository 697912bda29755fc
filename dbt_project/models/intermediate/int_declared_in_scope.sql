select
    scope.scope_id,
    declared.declared_id
from {{ ref('fct_declared_period') }} as declared
inner join {{ ref('dim_scope') }} as scope
    on scope.role = 'receiving' and declared.receiving_unit_id = scope.member_unit_id
union
select
    scope.scope_id,
    declared.declared_id
from {{ ref('fct_declared_period') }} as declared
inner join {{ ref('dim_scope') }} as scope
    on scope.role = 'department' and declared.department_unit_id = scope.member_unit_id
