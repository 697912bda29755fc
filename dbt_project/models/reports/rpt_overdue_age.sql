-- How long the dossiers pending past their due date have been so: working days from the due date to the last counted day.
with band as (
    select
        1 as band_no,
        'đến 5' as label
    union all
    select
        2 as band_no,
        '6–10' as label
    union all
    select
        3 as band_no,
        '11–20' as label
    union all
    select
        4 as band_no,
        '21–60' as label
    union all
    select
        5 as band_no,
        'trên 60' as label
),

scope as (
    select distinct scope_id
    from {{ ref('dim_scope') }}
),

aged as (
    select
        in_scope.scope_id,
        fact.pending_overdue,
        last_day.working_day_no - due_day.working_day_no as days_late
    from {{ ref('fct_dossier_period') }} as fact
    inner join {{ ref('int_dossier_in_scope') }} as in_scope on fact.dossier_code = in_scope.dossier_code
    cross join {{ ref('stg_question') }} as question
    left join {{ ref('dim_date') }} as last_day on question.until_on = last_day.date_on
    left join {{ ref('dim_date') }} as due_day on cast(fact.due_at as date) = due_day.date_on
    where fact.pending_overdue = 1
),

-- A due date before the first day of the calendar is in the last band.
counted as (
    select
        scope_id,
        case
            when days_late <= 5 then 1
            when days_late <= 10 then 2
            when days_late <= 20 then 3
            when days_late <= 60 then 4
            else 5
        end as band_no,
        sum(pending_overdue) as pending_overdue
    from aged
    group by 1, 2
)

select
    scope.scope_id,
    band.band_no,
    band.label,
    cast(coalesce(counted.pending_overdue, 0) as bigint) as pending_overdue
from scope
cross join band
left join counted on scope.scope_id = counted.scope_id and band.band_no = counted.band_no
