-- What once happened comes from the newest delivery of the owner; what a system overwrites (status, due date) from the
-- first delivery that observed the feedback at or after the end of the as-of day, else the last before it.
select
    newest.feedback_code,
    newest.row_id,
    newest.handling_unit_id,
    newest.about_unit_id,
    newest.intake_source,
    newest.feedback_kind,
    newest.transferred_to,
    newest.received_at,
    newest.transferred_at,
    newest.answered_at,
    newest.published_at,
    newest.is_complex,
    newest.result_kind,
    newest.satisfaction,
    newest.status as newest_status,
    as_of_day.status,
    as_of_day.feedback_kind as as_of_kind,
    as_of_day.due_at,
    as_of_day.observed_at as status_observed_at,
    newest.flags,
    newest.delivery_id,
    newest.source_file,
    newest.source_sheet,
    newest.source_row,
    coalesce(field_key.field_code, 'unknown') as field_code
from {{ ref('int_feedback_row_ranked') }} as newest
inner join {{ ref('int_feedback_row_ranked') }} as as_of_day
    on newest.feedback_code = as_of_day.feedback_code and as_of_day.as_of_rank = 1
left join {{ ref('int_field_named') }} as field_key on newest.field_name_key = field_key.field_name_key
where newest.feedback_rank = 1
