-- Is the dossier in the population of the period, and in which one cell of the closed or the open side (domain/05 5.4).
with declaring as (
    -- Units whose declaration represents all their dossiers: what older files still show of them is in it.
    select distinct unit_id
    from {{ ref('int_declaration') }}
    where state = 'counted'
),

-- Units whose issued version represents all their dossiers, and the dossiers such versions show.
issuing as (
    select distinct sender_unit_id as unit_id
    from {{ ref('int_issued_version') }}
    where is_of_period and stream = 'issued_facts'
),

issued_below as (
    select dossier_code
    from {{ ref('int_issued_dossier') }}
    where fate = 'counted'
),

dossier as (
    select
        known.dossier_code,
        known.status,
        known.received_at,
        known.supplement_requested_at,
        known.receiving_unit_kind,
        holder.sighting,
        placed.competent_level,
        due.effective_due_at,
        question.period_start,
        question.until_on,
        question.lateness_granularity,
        question.due_on_cutoff_day,
        question.awaiting_supplement_bucket,
        question.returned_withdrawn_bucket,
        coalesce(question.include_vertical_agencies, false) as include_vertical_agencies,
        question.late_data_policy = 'recognise_in_current' and question.prior_issue is not null as is_late_recognised,
        question.prior_issued_since,
        issued.fate as prior_fate,
        coalesce(issued.is_pending, false) as was_pending,
        declaring.unit_id is not null as is_declared_by_unit,
        issuing.unit_id is not null or issued_below.dossier_code is not null as is_issued_by_unit,
        cast(known.received_at as date) as received_on,
        cast(due.effective_due_at as date) as due_on,
        cast(known.supplement_requested_at as date) as requested_on,
        cast(known.supplement_received_at as date) as returned_on,
        {{ count_group('known.status') }} as status_group,
        {{ count_group('known.newest_status') }} as newest_group,
        case
            when {{ count_group('known.newest_status') }} = 'closed_without_result' then known.finished_at
            when question.closing_event = 'delivered_at' then known.delivered_at
            else known.finished_at
        end as closing_at
    from {{ ref('int_dossier_known') }} as known
    cross join {{ ref('stg_question') }} as question
    left join {{ ref('int_dossier_placed') }} as placed on known.dossier_code = placed.dossier_code
    left join {{ ref('int_dossier_due') }} as due on known.dossier_code = due.dossier_code
    left join {{ source('landed', 'prior_dossier') }} as issued on known.dossier_code = issued.dossier_code
    left join {{ ref('int_dossier_holder') }} as holder on known.dossier_code = holder.dossier_code and holder.owner_rank = 1
    left join declaring on known.original_unit_id = declaring.unit_id
    left join issuing on known.original_unit_id = issuing.unit_id
    left join issued_below on known.dossier_code = issued_below.dossier_code
),

-- Events after the last counted day have not happened yet.
at_cutoff as (
    select
        dossier.*,
        coalesce(cast(closing_at as date) <= until_on, false) as is_closed,
        coalesce(
            (status_group = 'paused' and (requested_on is null or requested_on <= until_on))
            or (requested_on <= until_on and returned_on > until_on)
            -- Asked for, never given, and given up after the day: it waited on that day (domain/05 5.4).
            or (requested_on <= until_on and returned_on is null and newest_group = 'closed_without_result'),
            false
        ) as is_clock_stopped,
        coalesce(
            awaiting_supplement_bucket = 'resolved_on_time'
            and requested_on <= until_on
            and (
                status = 'awaiting_supplement'
                or returned_on > until_on
                or (returned_on is null and newest_group = 'closed_without_result')
            ),
            false
        ) as is_awaiting_resolved
    from dossier
),

closed as (
    select
        at_cutoff.*,
        is_closed and newest_group = 'closed_without_result' as is_without_result,
        not is_closed and is_clock_stopped and not is_awaiting_resolved as is_paused,
        case
            when is_closed then closing_at
            when is_awaiting_resolved then supplement_requested_at
        end as closed_at
    from at_cutoff
),

-- Under recognise_in_current, what the issued final of the period before could not know counts now: a receipt it did
-- not have as received in this period, an end of a dossier it left pending as an end in this period (domain/13).
recognised as (
    select
        closed.*,
        cast(closed_at as date) as closed_on,
        case
            when not coalesce(is_late_recognised, false) or received_on >= period_start then null
            when was_pending and cast(closed_at as date) < period_start then 'end'
            when
                coalesce(prior_fate, 'not_accepted') in ('not_accepted', 'received_after')
                and (closed_at is null or cast(closed_at as date) >= prior_issued_since)
                then 'receipt'
        end as recognised_late
    from closed
),

fated as (
    select
        recognised.*,
        case
            -- Refused only after the day, it was in hand on it.
            when received_at is null or (newest_group = 'not_counted' and status_group = 'not_counted') then 'not_accepted'
            when received_on > until_on then 'received_after'
            when closed_on < period_start and recognised_late is null then 'closed_before'
            when
                not include_vertical_agencies
                and (competent_level = 'police' or receiving_unit_kind = 'vertical_agency')
                then 'excluded_vertical'
            when is_declared_by_unit then 'declared_by_unit'
            when is_issued_by_unit then 'issued_by_unit'
            -- The newest population export by the asked day does not show it any more (domain/05 5.6).
            when sighting = 'gone' and not is_closed then 'deleted_dossier'
            when is_without_result and returned_withdrawn_bucket = 'excluded' then 'excluded_returned'
            else 'counted'
        end as fate
    from recognised
),

reasoned as (
    select
        fated.*,
        case
            when fate <> 'counted' then null
            when is_without_result then 'returned_or_withdrawn'
            when closed_at is not null and not is_closed then 'awaiting_supplement'
            when is_closed and due_on is null then 'closed_without_due'
            when is_closed and closed_on < due_on then 'closed_before_due'
            when is_closed and closed_on > due_on then 'closed_after_due'
            when is_closed and lateness_granularity = 'timestamp' and closed_at > effective_due_at then 'closed_after_due'
            when is_closed then 'closed_on_due_day'
            when is_paused then 'paused'
            when due_on is null then 'pending_without_due'
            when due_on = until_on then 'due_on_cutoff_day'
            when due_on < until_on then 'due_passed'
            else 'due_later'
        end as reason_code
    from fated
)

select
    dossier_code,
    fate,
    closed_at,
    is_paused,
    coalesce(sighting = 'gone', false) and not is_closed as is_gone,
    reason_code,
    case when fate = 'counted' then recognised_late end as recognised_late,
    case
        when reason_code = 'returned_or_withdrawn' then 'closed_without_result'
        when reason_code = 'closed_before_due' then 'early'
        when reason_code in ('awaiting_supplement', 'closed_without_due', 'closed_on_due_day') then 'on_time'
        when reason_code = 'closed_after_due' then 'overdue'
        when reason_code = 'due_passed' then 'pending_overdue'
        when reason_code = 'due_on_cutoff_day' and due_on_cutoff_day = 'overdue' then 'pending_overdue'
        when reason_code is not null then 'pending_in_time'
    end as outcome
from reasoned
