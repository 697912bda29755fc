-- What the components of the index are rates of, from the totals of the forms; null where nobody sent the stream.
-- A component without a row here has no input any stream brings.
with scopes as (
    select distinct scope_id
    from {{ ref('dim_scope') }}
),

-- A unit that owes a stream itself has sent it or not; any other scope rests on what the units together have sent.
sent as (
    select
        scopes.scope_id,
        coverage.stream,
        case
            when max(case when coverage.unit_id = scopes.scope_id then 1 else 0 end) = 1
                then max(case when coverage.unit_id = scopes.scope_id and coverage.state = 'accepted' then 1 else 0 end)
            else max(case when coverage.state = 'accepted' then 1 else 0 end)
        end as is_sent
    from scopes
    cross join {{ ref('rpt_coverage') }} as coverage
    group by scopes.scope_id, coverage.stream
),

dossiers as (
    select
        form.*,
        sent.is_sent
    from {{ ref('form_ii_06a') }} as form
    left join sent on form.scope_id = sent.scope_id and sent.stream = 'case_exports'
    where form.row_kind = 'total'
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
