-- Whose files answer the question: a quarter its own; a longer or ad hoc range the quarters it touches that have begun
-- by the last counted day. A range that touches no quarter of the table (an office that keeps none) is its own part.
with quarters as (
    select
        period.period_id,
        period.label,
        period.start_on,
        period.end_on
    from {{ source('landed', 'period') }} as period
    cross join {{ ref('stg_question') }} as question
    where
        period.period_kind = 'quarter'
        and question.period_kind <> 'quarter'
        and period.start_on <= question.until_on
        and period.end_on >= question.period_start
),

found as (
    select count(*) as quarter_count
    from quarters
)

select
    period_id,
    label,
    start_on,
    end_on
from quarters
union all
select
    question.period_id,
    question.period_label as label,
    question.period_start as start_on,
    question.period_end as end_on
from {{ ref('stg_question') }} as question
cross join found
where found.quarter_count = 0
