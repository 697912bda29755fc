-- How many dossiers each scope received and resolved in each part of the period (a year: its quarters), from the facts
-- of the whole period: what was received before a part began is not in it again.
with scope as (
    select distinct scope_id
    from {{ ref('dim_scope') }}
),

part as (
    select
        period_id as part_id,
        label as part_label,
        start_on as part_start_on,
        end_on as part_end_on
    from {{ ref('int_period_part') }}
),

fact as (
    select
        in_scope.scope_id,
        fact.received_online,
        fact.received_direct_postal,
        fact.resolved_early,
        fact.resolved_on_time,
        fact.resolved_overdue,
        cast(fact.received_at as date) as received_on,
        cast(fact.closed_at as date) as closed_on
    from {{ ref('fct_dossier_period') }} as fact
    inner join {{ ref('int_dossier_in_scope') }} as in_scope on fact.dossier_code = in_scope.dossier_code
),

received as (
    select
        fact.scope_id,
        part.part_id,
        sum(fact.received_online) as received_online,
        sum(fact.received_direct_postal) as received_direct_postal
    from fact
    inner join part on fact.received_on between part.part_start_on and part.part_end_on
    group by fact.scope_id, part.part_id
),

resolved as (
    select
        fact.scope_id,
        part.part_id,
        sum(fact.resolved_early) as resolved_early,
        sum(fact.resolved_on_time) as resolved_on_time,
        sum(fact.resolved_overdue) as resolved_overdue
    from fact
    inner join part on fact.closed_on between part.part_start_on and part.part_end_on
    group by fact.scope_id, part.part_id
)

select
    scope.scope_id,
    part.part_id,
    part.part_label,
    part.part_start_on,
    cast(coalesce(received.received_online, 0) as bigint) as received_online,
    cast(coalesce(received.received_direct_postal, 0) as bigint) as received_direct_postal,
    cast(coalesce(resolved.resolved_early, 0) as bigint) as resolved_early,
    cast(coalesce(resolved.resolved_on_time, 0) as bigint) as resolved_on_time,
    cast(coalesce(resolved.resolved_overdue, 0) as bigint) as resolved_overdue
from scope
cross join part
left join received on scope.scope_id = received.scope_id and part.part_id = received.part_id
left join resolved on scope.scope_id = resolved.scope_id and part.part_id = resolved.part_id
