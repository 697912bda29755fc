-- Every row of a delivered file that speaks of a feedback, with its place among them: rows of logs, and those of versions
-- offices below issued, each of which is all that decides its feedback.
select
    row_id,
    feedback_code,
    as_of_rank,
    news_rank,
    feedback_rank,
    delivery_id,
    source_file,
    source_sheet,
    source_row
from {{ ref('int_feedback_row_ranked') }}
where
    feedback_code not in (
        select issued.feedback_code
        from {{ ref('int_issued_feedback') }} as issued
        where issued.fate = 'counted'
    )
union all
select
    row_id,
    feedback_code,
    1 as as_of_rank,
    1 as news_rank,
    1 as feedback_rank,
    delivery_id,
    source_file,
    source_sheet,
    source_row
from {{ ref('int_issued_feedback') }}
where fate = 'counted'
