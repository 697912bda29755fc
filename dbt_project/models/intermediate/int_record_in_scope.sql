select distinct
    scope.scope_id,
    record.record_id
from {{ ref('int_record_ranked') }} as record
inner join {{ ref('dim_scope') }} as scope on record.reporting_unit_id = scope.member_unit_id
where record.fate = 'counted'
