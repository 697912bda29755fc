-- What no check on one log can see: what the rows of a feedback in several logs make odd.
with known as (
    select
        known.*,
        outcome.outcome
    from {{ ref('int_feedback_known') }} as known
    inner join {{ ref('int_feedback_outcome') }} as outcome on known.feedback_code = outcome.feedback_code
    where outcome.fate = 'counted'
),

row_of as (
    select
        ranked.feedback_code,
        keyed.feedback_code as written_code,
        ranked.sender_unit_id,
        ranked.is_owned,
        ranked.observed_at,
        ranked.answered_at,
        cast(ranked.answered_at as date) as answered_on,
        coalesce(delivery.profile_id, '') as profile_id,
        question.period_start,
        question.until_on
    from {{ ref('int_feedback_row_ranked') }} as ranked
    inner join {{ ref('int_feedback_row_keyed') }} as keyed on ranked.row_id = keyed.row_id
    inner join {{ ref('stg_delivery') }} as delivery on ranked.delivery_id = delivery.delivery_id
    cross join {{ ref('stg_question') }} as question
),

-- The log of each series (unit and profile) that shows the asked day: the first made at its end or later, else the last.
log_of_day as (
    select
        delivery.unit_id as sender_unit_id,
        coalesce(delivery.profile_id, '') as profile_id,
        delivery.observed_at,
        row_number() over (
            partition by delivery.unit_id, delivery.profile_id
            order by
                {{ as_of_order('question.until_on', 'delivery.shown_on', 'delivery.observed_at') }},
                delivery.delivery_id asc
        ) as log_rank
    from {{ ref('stg_delivery') }} as delivery
    cross join {{ ref('stg_question') }} as question
    where delivery.stream = 'feedback_logs' and delivery.is_counted
),

-- A row that was sent back is seen all the same: its code is in the log.
sent_back as (
    select
        rejected.record_code,
        delivery.unit_id as sender_unit_id,
        delivery.observed_at
    from {{ ref('stg_rejected_row') }} as rejected
    inner join {{ ref('stg_delivery') }} as delivery
        on rejected.delivery_id = delivery.delivery_id and delivery.is_counted and delivery.stream = 'feedback_logs'
),

shown as (
    select
        feedback_code,
        observed_at
    from row_of
    union all
    select
        row_of.feedback_code,
        sent_back.observed_at
    from row_of
    inner join sent_back
        on row_of.written_code = sent_back.record_code and row_of.sender_unit_id = sent_back.sender_unit_id
    union all
    -- A code that is no number of a unit's own book is the same feedback in every log.
    select
        record_code as feedback_code,
        observed_at
    from sent_back
),

seen as (
    select
        feedback_code,
        max(observed_at) as seen_at
    from shown
    group by feedback_code
),

-- Still pending, and no log shows it since one of its owner's that lacks it.
not_seen as (
    select distinct known.feedback_code
    from known
    inner join row_of on known.feedback_code = row_of.feedback_code and row_of.is_owned
    inner join log_of_day
        on
            row_of.sender_unit_id = log_of_day.sender_unit_id
            and row_of.profile_id = log_of_day.profile_id
            and log_of_day.log_rank = 1
    inner join seen on known.feedback_code = seen.feedback_code
    where known.outcome in ('pending_in_time', 'pending_overdue') and seen.seen_at < log_of_day.observed_at
),

-- Its owner showed it answered, and shows it without an answer in a later log.
reopened as (
    select feedback_code
    from row_of
    where is_owned
    group by feedback_code
    having min(case when answered_at is not null then observed_at end) < max(case when answered_at is null then observed_at end)
),

-- An answer shown on one side of the first or the last day of the period, and on the other side in another log.
moved_answer as (
    select feedback_code
    from row_of
    where is_owned and answered_on is not null
    group by feedback_code
    having
        sum(case when answered_on <= until_on then 1 else 0 end) not in (0, count(*))
        or sum(case when answered_on < period_start then 1 else 0 end) not in (0, count(*))
),

flagged as (
    select
        feedback_code,
        'not_seen_since' as flag
    from not_seen
    union all
    select
        feedback_code,
        'reopened' as flag
    from reopened
    union all
    select
        feedback_code,
        'answer_moved' as flag
    from moved_answer
)

select
    flagged.feedback_code,
    flagged.flag,
    case flagged.flag
        when 'not_seen_since' then 'phản ánh, kiến nghị đang giải quyết không thấy trong sổ mới hơn'
        when 'reopened' then 'phản ánh, kiến nghị đã trả lời rồi mở lại'
        when 'answer_moved' then 'ngày trả lời bị sửa qua ngày đầu kỳ hoặc ngày lấy số liệu'
    end as flag_label,
    known.handling_unit_id,
    known.row_id,
    known.delivery_id,
    known.source_file,
    known.source_sheet,
    known.source_row
from flagged
inner join known on flagged.feedback_code = known.feedback_code
