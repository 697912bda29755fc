-- The day an answer is due and the day its publication is due (domain/06 6.3). The due date the source shows counts;
-- without one the limit runs in working days from the day after intake. The result is published within its own limit
-- after the answer.
with feedback as (
    select
        known.feedback_code,
        cast(known.received_at as date) as received_on,
        cast(known.due_at as date) as source_due_on,
        cast(known.answered_at as date) as answered_on,
        question.feedback_publish_days,
        case when known.is_complex = 'yes' then 'complex_limit' else 'answer_limit' end as limit_rule,
        case when known.is_complex = 'yes' then question.feedback_complex_days else question.feedback_answer_days end
            as answer_days
    from {{ ref('int_feedback_known') }} as known
    cross join {{ ref('stg_question') }} as question
),

counted as (
    select
        feedback.*,
        received_day.working_day_no + feedback.answer_days as due_working_day_no,
        answered_day.working_day_no + feedback.feedback_publish_days as publish_working_day_no
    from feedback
    left join {{ ref('dim_date') }} as received_day on feedback.received_on = received_day.date_on
    left join {{ ref('dim_date') }} as answered_day on feedback.answered_on = answered_day.date_on
)

select
    counted.feedback_code,
    publish_day.date_on as publish_due_on,
    case
        when counted.source_due_on is not null then 'source'
        when due_day.date_on is not null then counted.limit_rule
        else 'none'
    end as due_rule,
    coalesce(counted.source_due_on, due_day.date_on) as due_on
from counted
left join {{ ref('dim_date') }} as due_day
    on counted.due_working_day_no = due_day.working_day_no and due_day.is_working_day
left join {{ ref('dim_date') }} as publish_day
    on counted.publish_working_day_no = publish_day.working_day_no and publish_day.is_working_day
