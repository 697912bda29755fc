-- What the components of the index are rates of, from the totals of the forms and the dossiers behind them; null where
-- nobody sent the stream, or no dossier of it gives the thing at all.
-- A component without a row here has no input any stream brings.
with scopes as (
    select distinct scope_id
    from {{ ref('dim_scope') }}
),

-- A unit that owes a stream itself has sent it or not; any other scope rests on what the units together have sent.
sent as (
    select
        scopes.scope_id,
        sent_by.stream,
        case
            when max(case when sent_by.unit_id = scopes.scope_id then 1 else 0 end) = 1
                then max(case when sent_by.unit_id = scopes.scope_id then sent_by.is_sent else 0 end)
            else max(sent_by.is_sent)
        end as is_sent
    from scopes
    cross join {{ ref('int_unit_sent') }} as sent_by
    group by scopes.scope_id, sent_by.stream
),

dossiers as (
    select
        form.*,
        sent.is_sent
    from {{ ref('form_ii_06a') }} as form
    left join sent on form.scope_id = sent.scope_id and sent.stream = 'case_exports'
    where form.row_kind = 'total'
),

-- What dossiers tell beside the columns of II.06a. What no file tells of a dossier is on neither side of a rate.
remarks as (
    select
        in_scope.scope_id,
        sum(fact.intake_reported) as intake_reported,
        sum(fact.intake_digitised) as intake_digitised,
        sum(fact.result_reported) as result_reported,
        sum(fact.result_digitised) as result_digitised,
        sum(fact.payable) as payable,
        sum(fact.paid_online) as paid_online,
        sum(fact.received_total) as received_total,
        sum(fact.resolved_overdue + fact.pending_overdue + fact.dissatisfied) as not_satisfied,
        sum(fact.rated) as rated
    from {{ ref('int_dossier_in_scope') }} as in_scope
    inner join {{ ref('fct_dossier_period') }} as fact on in_scope.dossier_code = fact.dossier_code
    group by in_scope.scope_id
),

stated as (
    select
        remarks.*,
        sent.is_sent
    from remarks
    left join sent on remarks.scope_id = sent.scope_id and sent.stream = 'case_exports'
),

feedback as (
    select
        form.*,
        sent.is_sent
    from {{ ref('form_ii_05a') }} as form
    left join sent on form.scope_id = sent.scope_id and sent.stream = 'feedback_logs'
    where form.row_kind = 'total'
),

inputs as (
    select
        scope_id,
        'progress' as component_code,
        is_sent,
        resolved_early + resolved_on_time + pending_in_time as part_count,
        received_total as whole_count
    from dossiers
    union all
    select
        scope_id,
        'online_dossiers' as component_code,
        is_sent,
        received_online as part_count,
        received_online + received_direct_postal + received_unknown_channel as whole_count
    from dossiers
    union all
    select
        scope_id,
        'components_digitised' as component_code,
        case when intake_reported > 0 then is_sent end as is_sent,
        intake_digitised as part_count,
        intake_reported as whole_count
    from stated
    union all
    select
        scope_id,
        'electronic_result' as component_code,
        case when result_reported > 0 then is_sent end as is_sent,
        result_digitised as part_count,
        result_reported as whole_count
    from stated
    union all
    -- [A] the first part of payment is the share of dossiers with something to pay that were paid online.
    select
        scope_id,
        'payment_first' as component_code,
        case when payable > 0 then is_sent end as is_sent,
        paid_online as part_count,
        payable as whole_count
    from stated
    union all
    -- 100 % − (share overdue + share with a dislike); a dossier that is both is taken off twice, as the definition does.
    select
        scope_id,
        'reception_satisfied' as component_code,
        case when rated > 0 then is_sent end as is_sent,
        case when not_satisfied > received_total then 0 else received_total - not_satisfied end as part_count,
        received_total as whole_count
    from stated
    union all
    select
        scope_id,
        'feedback_on_time' as component_code,
        is_sent,
        answered_on_time as part_count,
        answered_on_time + answered_late as whole_count
    from feedback
    union all
    select
        scope_id,
        'feedback_satisfied' as component_code,
        is_sent,
        satisfied as part_count,
        rated as whole_count
    from feedback
)

select
    scope_id,
    component_code,
    case when is_sent = 1 then cast(part_count as bigint) end as part_count,
    case when is_sent = 1 then cast(whole_count as bigint) end as whole_count
from inputs
