-- The rows with fate 'counted' are exactly the facts, feedback by feedback and row by row.
with counted as (
    select
        feedback_code,
        row_id
    from {{ ref('int_feedback_row_fate') }}
    where fate = 'counted'
    union all
    select
        feedback_code,
        row_id
    from {{ ref('int_issued_feedback') }}
    where fate = 'counted'
)

select
    counted.feedback_code,
    fact.feedback_code as fact_feedback_code
from counted
full outer join {{ ref('fct_feedback_period') }} as fact
    on counted.feedback_code = fact.feedback_code and counted.row_id = fact.row_id
where counted.feedback_code is null or fact.feedback_code is null
