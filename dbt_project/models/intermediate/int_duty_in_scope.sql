with duty as (
    select
        record_id,
        reporting_unit_id
    from {{ ref('int_plan_duty') }}
    union all
    select
        record_id,
        reporting_unit_id
    from {{ ref('int_submission') }}
)

select distinct
    scope.scope_id,
    duty.record_id
from duty
inner join {{ ref('dim_scope') }} as scope on duty.reporting_unit_id = scope.member_unit_id
