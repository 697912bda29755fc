-- Was an apology given by the last counted day, and in time (domain/05 5.7): at the latest one day before the day first
-- promised (switches overdue_basis_audit, apology_lead). Working days are counted where the calendar knows both days.
with promised as (
    select
        known.dossier_code,
        question.apology_lead,
        cast(
            case
                when question.overdue_basis_audit = 'latest_due' then coalesce(due.effective_due_at, due.original_due_at)
                else coalesce(due.original_due_at, due.effective_due_at)
            end as date
        ) as promised_on,
        case when cast(known.apology_at as date) <= question.until_on then cast(known.apology_at as date) end as apologised_on
    from {{ ref('int_dossier_known') }} as known
    inner join {{ ref('int_dossier_due') }} as due on known.dossier_code = due.dossier_code
    cross join {{ ref('stg_question') }} as question
),

counted as (
    select
        promised.dossier_code,
        promised.promised_on,
        promised.apologised_on,
        case
            when coalesce(promised.apology_lead, '') <> 'calendar_day' and apology_day.working_day_no is not null
                then promised_day.working_day_no - apology_day.working_day_no
        end as working_days,
        {{ days_between('promised.apologised_on', 'promised.promised_on') }} as calendar_days  -- noqa: LT05
    from promised
    left join {{ ref('dim_date') }} as promised_day on promised.promised_on = promised_day.date_on
    left join {{ ref('dim_date') }} as apology_day on promised.apologised_on = apology_day.date_on
)

select
    dossier_code,
    promised_on,
    apologised_on,
    case
        when apologised_on is null then 'none'
        when coalesce(working_days, calendar_days, 0) >= 1 then 'in_time'
        else 'late'
    end as apology_state
from counted
