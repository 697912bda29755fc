-- Every row of feedback_logs with the key of its feedback: a number of a log is of the book of the unit that keeps the log.
with named as (
    select
        row_of.*,
        cast(row_of.received_at as date) as entered_on
    from {{ ref('stg_feedback_logs') }} as row_of
),

{{ keyed_rows('named', 'feedback_code', 'feedback_key', 'sender_unit_id') }}
