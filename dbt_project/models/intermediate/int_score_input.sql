-- What the components of the scorecard are rates of, from the total row of each unit's own forms: a unit that owes
-- something in the period is scored. What no file reports of a dossier is on neither side of a rate; `is_reported` is 0 where
-- the unit sent nothing of the stream, or no file reports it of any of its dossiers. What was sent on an unknown day is
-- neither in time nor late.
with scored as (
    select distinct obligation.unit_id
    from {{ ref('rpt_obligation') }} as obligation
    inner join {{ ref('dim_scope') }} as scope on obligation.unit_id = scope.scope_id
    cross join {{ ref('stg_question') }} as question
    where obligation.unit_id <> question.office_unit_id
),

silent as (
    select
        unit_id,
        stream
    from {{ ref('int_unit_sent') }}
    where is_sent_in_part = 0
),

inputs as (
    select
        form.scope_id as unit_id,
        'plans_on_time' as component_code,
        'form_directives' as form_model,
        'directives' as stream,
        0 as unreported_count,
        'plans_on_time' as part_measures,
        'plans_owed' as whole_measures,
        form.plans_on_time as part_count,
        form.plans_owed as whole_count
    from {{ ref('form_directives') }} as form
    where form.row_kind = 'total'
    union all
    select
        form.scope_id as unit_id,
        'reports_on_time' as component_code,
        'form_submissions' as form_model,
        '' as stream,
        0 as unreported_count,
        'sent_on_time' as part_measures,
        'sent_on_time sent_late returned not_sent' as whole_measures,
        form.sent_on_time as part_count,
        form.sent_on_time + form.sent_late + form.returned + form.not_sent as whole_count
    from {{ ref('form_submissions') }} as form
    where form.row_kind = 'total'
    union all
    select
        form.scope_id as unit_id,
        'resolved_on_time' as component_code,
        'form_ii_06a' as form_model,
        'case_exports' as stream,
        0 as unreported_count,
        'resolved_early resolved_on_time' as part_measures,
        'resolved_total' as whole_measures,
        form.resolved_early + form.resolved_on_time as part_count,
        form.resolved_total as whole_count
    from {{ ref('form_ii_06a') }} as form
    where form.row_kind = 'total'
    union all
    select
        form.scope_id as unit_id,
        'apologised' as component_code,
        'form_overdue_causes' as form_model,
        'case_exports' as stream,
        form.overdue_apology_unreported as unreported_count,
        'overdue_apologised' as part_measures,
        'overdue_apologised overdue_apologised_late overdue_not_apologised' as whole_measures,
        form.overdue_apologised as part_count,
        form.overdue_apologised + form.overdue_apologised_late + form.overdue_not_apologised as whole_count
    from {{ ref('form_overdue_causes') }} as form
    where form.row_kind = 'total'
    union all
    select
        form.scope_id as unit_id,
        'intake_digitised' as component_code,
        'form_ii_08' as form_model,
        'case_exports' as stream,
        form.intake_unreported as unreported_count,
        'digitised_components' as part_measures,
        'intake_reported' as whole_measures,
        form.digitised_components as part_count,
        form.intake_reported as whole_count
    from {{ ref('form_ii_08') }} as form
    where form.row_kind = 'total'
    union all
    select
        form.scope_id as unit_id,
        'feedback_on_time' as component_code,
        'form_ii_05a' as form_model,
        'feedback_logs' as stream,
        0 as unreported_count,
        'answered_on_time' as part_measures,
        'own_resolved' as whole_measures,
        form.answered_on_time as part_count,
        form.own_resolved as whole_count
    from {{ ref('form_ii_05a') }} as form
    where form.row_kind = 'total'
)

select
    inputs.unit_id,
    inputs.component_code,
    inputs.form_model,
    inputs.part_measures,
    inputs.whole_measures,
    cast(inputs.part_count as bigint) as part_count,
    cast(inputs.whole_count as bigint) as whole_count,
    case
        when silent.unit_id is not null then 0
        when inputs.whole_count = 0 and inputs.unreported_count > 0 then 0
        else 1
    end as is_reported
from inputs
inner join scored on inputs.unit_id = scored.unit_id
left join silent on inputs.unit_id = silent.unit_id and inputs.stream = silent.stream
