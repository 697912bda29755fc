-- Is the feedback in the population of the period, and in which one cell of form II.05a (domain/06 6.2, 6.4).
with issuing as (
    -- Units whose issued version represents all their feedback, and the feedback such versions show.
    select distinct sender_unit_id as unit_id
    from {{ ref('int_issued_version') }}
    where is_of_period and stream = 'issued_feedback'
),

issued_below as (
    select feedback_code
    from {{ ref('int_issued_feedback') }}
    where fate = 'counted'
),

feedback as (
    select
        known.feedback_code,
        known.as_of_kind,
        known.status,
        known.newest_status,
        known.published_at,
        known.received_at,
        known.answered_at,
        due.due_on,
        question.period_start,
        question.until_on,
        coalesce(question.feedback_published, '') = 'published_in_period' as has_earlier_answers,
        issuing.unit_id is not null or issued_below.feedback_code is not null as is_issued_by_unit,
        cast(known.received_at as date) as received_on,
        -- A date of transfer moves a feedback away only if its status reports it; without a known status the dates speak.
        case
            when known.newest_status = 'transferred' then known.transferred_at
            when coalesce(known.newest_status, 'unknown') = 'unknown' and known.answered_at is null then known.transferred_at
        end as moved_at
    from {{ ref('int_feedback_known') }} as known
    cross join {{ ref('stg_question') }} as question
    left join {{ ref('int_feedback_due') }} as due on known.feedback_code = due.feedback_code
    left join issuing on known.original_unit_id = issuing.unit_id
    left join issued_below on known.feedback_code = issued_below.feedback_code
),

-- Events after the last counted day have not happened yet.
at_cutoff as (
    select
        feedback.*,
        case when cast(coalesce(moved_at, answered_at) as date) <= until_on then coalesce(moved_at, answered_at) end
            as closed_at,
        cast(published_at as date) as published_on,
        coalesce(moved_at is null and cast(answered_at as date) < period_start, false) as is_answered_before
    from feedback
),

fated as (
    select
        at_cutoff.*,
        cast(closed_at as date) as closed_on,
        case
            when received_at is null then 'no_received_date'
            when received_on > until_on then 'received_after'
            -- What was refused, or found to be no feedback, only after the asked day was still in hand on that day.
            when as_of_kind = 'out_of_scope' then 'out_of_scope'
            when status = 'refused' then 'refused'
            when
                cast(closed_at as date) < period_start
                and not coalesce(
                    has_earlier_answers and is_answered_before and published_on >= period_start and published_on <= until_on,
                    false
                )
                then 'closed_before'
            when is_issued_by_unit then 'issued_by_unit'
            else 'counted'
        end as fate
    from at_cutoff
),

reasoned as (
    select
        fated.*,
        case
            when fate <> 'counted' then null
            when is_answered_before then 'published_later'
            when closed_at is not null and moved_at is not null then 'transferred'
            when closed_at is not null and due_on is null then 'answered_without_due'
            when closed_on > due_on then 'answered_after_due'
            when closed_at is not null then 'answered_by_due_day'
            when due_on is null then 'pending_without_due'
            when due_on < until_on then 'due_passed'
            else 'due_later'
        end as reason_code
    from fated
)

select
    feedback_code,
    fate,
    closed_at,
    reason_code,
    case
        when reason_code = 'published_later' then 'answered_before'
        when reason_code = 'transferred' then 'transferred'
        when reason_code in ('answered_by_due_day', 'answered_without_due') then 'answered_on_time'
        when reason_code = 'answered_after_due' then 'answered_late'
        when reason_code = 'due_passed' then 'pending_overdue'
        when reason_code is not null then 'pending_in_time'
    end as outcome
from reasoned
