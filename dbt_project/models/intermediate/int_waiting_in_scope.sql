select
    scope.scope_id,
    fact.dossier_code
from {{ ref('fct_dossier_waiting_period') }} as fact
inner join {{ ref('dim_scope') }} as scope
    on scope.role = 'receiving' and fact.receiving_unit_id = scope.member_unit_id
union
select
    scope.scope_id,
    fact.dossier_code
from {{ ref('fct_dossier_waiting_period') }} as fact
inner join {{ ref('dim_scope') }} as scope
    on scope.role = 'department' and fact.department_unit_id = scope.member_unit_id
