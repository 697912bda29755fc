-- How long each dossier pending past its due date has been so: working days from the due date to the last counted day.
with aged as (
    select
        fact.dossier_code,
        last_day.working_day_no - due_day.working_day_no as days_late
    from {{ ref('fct_dossier_period') }} as fact
    cross join {{ ref('stg_question') }} as question
    left join {{ ref('dim_date') }} as last_day on question.until_on = last_day.date_on
    left join {{ ref('dim_date') }} as due_day on cast(fact.due_at as date) = due_day.date_on
    where fact.pending_overdue = 1
)

-- A due date before the first day of the calendar is in the last band.
select
    dossier_code,
    case
        when days_late <= 5 then 1
        when days_late <= 10 then 2
        when days_late <= 20 then 3
        when days_late <= 60 then 4
        else 5
    end as band_no
from aged
