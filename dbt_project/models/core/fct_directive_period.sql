-- Documents issued in the period, by kind. Whether a plan was on time is in fct_plan_period.
select
    record.record_id,
    record.record_code,
    record.reporting_unit_id,
    directive.directive_kind,
    record.from_on as issued_on,
    1 as documents,
    case when directive.directive_kind = 'control_plan' then 1 else 0 end as control_plans,
    case when directive.directive_kind = 'review_plan' then 1 else 0 end as review_plans,
    case when directive.directive_kind = 'letter' then 1 else 0 end as letters,
    case when coalesce(directive.directive_kind, '') not in ('control_plan', 'review_plan', 'letter') then 1 else 0 end
        as other_documents,
    case
        when directive.directive_kind in ('control_plan', 'review_plan') then 'plan'
        else 'document'
    end as reason_code,
    record.row_id,
    record.delivery_id,
    record.source_file,
    record.source_sheet,
    record.source_row,
    record.flags
from {{ ref('int_record_ranked') }} as record
inner join {{ ref('stg_directives') }} as directive on record.row_id = directive.row_id
where record.stream = 'directives' and record.fate = 'counted'
