-- The population of the period: split by content, by time of receipt and by outcome (form II.05a). An answer of an earlier
-- period that is published in this one is in column 12 alone (outcome answered_before), where the office counts such answers.
with feedback as (
    select
        known.*,
        field.field_name,
        due.due_on,
        due.due_rule,
        due.publish_due_on,
        outcome.closed_at,
        outcome.outcome,
        outcome.reason_code,
        cast(known.received_at as date) >= question.period_start as is_received_in_period,
        outcome.outcome <> 'answered_before' as is_in_population,
        outcome.outcome in ('answered_on_time', 'answered_late') as is_resolved,
        coalesce(cast(known.published_at as date) <= question.until_on, false) as is_published,
        -- A kind nobody named counts as a regulation: the default of the intake forms seen; the row is flagged.
        outcome.outcome <> 'answered_before' and coalesce(known.as_of_kind in ('act', 'both'), false) as is_about_act,
        outcome.outcome <> 'answered_before' and coalesce(known.as_of_kind, '') <> 'act'
        and not (coalesce(known.as_of_kind, '') = 'both' and coalesce(question.feedback_both_kind, '') <> 'both')
            as is_about_regulation
    from {{ ref('int_feedback_known') }} as known
    inner join {{ ref('int_feedback_outcome') }} as outcome on known.feedback_code = outcome.feedback_code
    inner join {{ ref('int_feedback_due') }} as due on known.feedback_code = due.feedback_code
    inner join {{ ref('dim_field') }} as field on known.field_code = field.field_code
    cross join {{ ref('stg_question') }} as question
    where outcome.fate = 'counted'
),

counted as (
    select
        feedback_code,
        handling_unit_id,
        about_unit_id,
        field_code,
        field_name,
        intake_source,
        feedback_kind,
        is_complex,
        received_at,
        due_on,
        due_rule,
        transferred_at,
        answered_at,
        published_at,
        publish_due_on,
        closed_at,
        status,
        result_kind,
        satisfaction,
        outcome,
        reason_code,
        case when is_in_population then 1 else 0 end as received_total,
        case when is_about_act then 1 else 0 end as about_act,
        case when is_about_regulation then 1 else 0 end as about_regulation,
        case when is_about_act and is_about_regulation then 1 else 0 end as about_both,
        case when is_in_population and not is_received_in_period then 1 else 0 end as carried_in,
        case when is_in_population and is_received_in_period then 1 else 0 end as received_in_period,
        case when is_in_population and outcome <> 'transferred' then 1 else 0 end as own_total,
        case when is_resolved then 1 else 0 end as own_resolved,
        case when outcome in ('pending_in_time', 'pending_overdue') then 1 else 0 end as own_pending,
        case when outcome = 'transferred' then 1 else 0 end as transferred,
        case when is_published and (is_resolved or not is_in_population) then 1 else 0 end as results_published,
        case when is_published and is_resolved then 1 else 0 end as published_of_period,
        case when is_published and not is_in_population then 1 else 0 end as published_of_before,
        case when outcome = 'answered_on_time' then 1 else 0 end as answered_on_time,
        case when outcome = 'answered_late' then 1 else 0 end as answered_late,
        case when outcome = 'pending_overdue' then 1 else 0 end as pending_overdue,
        case
            when is_published and (is_resolved or not is_in_population) and cast(published_at as date) <= publish_due_on then 1
            else 0
        end
            as published_on_time,
        case when is_resolved and satisfaction = 'satisfied' then 1 else 0 end as satisfied,
        case when is_resolved and satisfaction = 'dissatisfied' then 1 else 0 end as dissatisfied,
        case when is_resolved and satisfaction in ('satisfied', 'neutral', 'dissatisfied') then 1 else 0 end as rated,
        row_id,
        delivery_id,
        source_file,
        source_sheet,
        source_row,
        flags
    from feedback
),

issued as (
    select *
    from {{ ref('int_issued_feedback') }}
    where fate = 'counted'
)

{# Both sides in the order of the yml; a unit test of dbt has no yml at hand, and tests the first side alone. -#}
{% set columns = (yml_columns('fct_feedback_period') if graph.get('nodes') else {}) | list -%}
select {{ columns | join(', ') or '*' }}
from counted
{% if columns %}
    union all
    select {{ columns | join(', ') }}
    from issued
{% endif %}
