select distinct
    scope.scope_id,
    unit.reporting_unit_id
from {{ ref('fct_posting_unit_period') }} as unit
inner join {{ ref('dim_scope') }} as scope on unit.reporting_unit_id = scope.member_unit_id
