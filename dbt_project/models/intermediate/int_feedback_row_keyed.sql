-- Every row of feedback_logs with the key of its feedback: a number of a log is of the book of the unit that keeps the log.
with named as (
    select
        row_of.row_id,
        row_of.feedback_code,
        row_of.is_own_number,
        row_of.observed_at,
        row_of.delivery_received_at,
        row_of.delivery_id,
        row_of.sender_unit_id as named_unit_id,
        cast(row_of.received_at as date) as entered_on
    from {{ ref('stg_feedback_logs') }} as row_of
),

{{ keyed_rows('named', 'feedback_code') }}
