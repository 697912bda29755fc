-- Documents issued in the period. A plan is on time when it was issued before the day the city's plan sets (domain/03,
-- area I: "before 31/01/2021", that day not included).
select
    record.record_id,
    record.record_code,
    record.reporting_unit_id,
    directive.directive_kind,
    record.from_on as issued_on,
    directive.due_on,
    1 as documents,
    case when directive.directive_kind = 'control_plan' then 1 else 0 end as control_plans,
    case when directive.directive_kind = 'review_plan' then 1 else 0 end as review_plans,
    case when directive.directive_kind = 'letter' then 1 else 0 end as letters,
    case when coalesce(directive.directive_kind, '') not in ('control_plan', 'review_plan', 'letter') then 1 else 0 end
        as other_documents,
    case
        when directive.directive_kind in ('control_plan', 'review_plan') and record.from_on < directive.due_on then 1
        else 0
    end as plans_on_time,
    case
        when directive.directive_kind in ('control_plan', 'review_plan') and record.from_on >= directive.due_on then 1
        else 0
    end as plans_late,
    case
        when coalesce(directive.directive_kind, '') not in ('control_plan', 'review_plan') then 'document'
        when directive.due_on is null then 'plan_without_due'
        when record.from_on < directive.due_on then 'plan_on_time'
        else 'plan_late'
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
