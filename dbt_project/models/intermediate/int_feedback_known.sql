-- What once happened comes from the newest sender that reports it, whoever it is: a log may not have the column. What a system
-- overwrites (status, due date) comes from the first delivery that observed the feedback at or after the end of the as-of
-- day, else the last before it; what describes it from the owner's newest.
with news as (
    select
        feedback_code,
        news_rank,
        status,
        first_value(transferred_at) over (
            partition by feedback_code
            order by case when transferred_at is null then 1 else 0 end, news_rank
        ) as transferred_at,
        first_value(answered_at) over (
            partition by feedback_code
            order by case when answered_at is null then 1 else 0 end, news_rank
        ) as answered_at,
        first_value(published_at) over (
            partition by feedback_code
            order by case when published_at is null then 1 else 0 end, news_rank
        ) as published_at
    from {{ ref('int_feedback_row_ranked') }}
    where news_rank is not null
)

select
    newest.feedback_code,
    newest.row_id,
    newest.handling_unit_id,
    newest.named_unit_id as original_unit_id,
    newest.about_unit_id,
    newest.intake_source,
    newest.feedback_kind,
    newest.transferred_to,
    newest.received_at,
    news.transferred_at,
    news.answered_at,
    news.published_at,
    newest.is_complex,
    newest.result_kind,
    newest.satisfaction,
    news.status as newest_status,
    as_of_day.status,
    coalesce(as_of_day.feedback_kind, newest.feedback_kind) as as_of_kind,
    coalesce(as_of_day.due_at, newest.due_at) as due_at,
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
inner join news on newest.feedback_code = news.feedback_code and news.news_rank = 1
left join {{ ref('int_field_named') }} as field_key on newest.field_name_key = field_key.field_name_key
where newest.feedback_rank = 1
