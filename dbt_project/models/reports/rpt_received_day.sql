-- How many dossiers each scope received on each day of the period counted so far: the intake calendar.
with scope as (
    select distinct scope_id
    from {{ ref('dim_scope') }}
),

received as (
    select
        in_scope.scope_id,
        cast(fact.received_at as date) as received_on,
        count(*) as received_total
    from {{ ref('fct_dossier_period') }} as fact
    inner join {{ ref('int_dossier_in_scope') }} as in_scope on fact.dossier_code = in_scope.dossier_code
    where fact.carried_in = 0
    group by in_scope.scope_id, cast(fact.received_at as date)
)

select
    scope.scope_id,
    day_of.date_on,
    day_of.is_working_day,
    coalesce(received.received_total, 0) as received_total
from {{ ref('dim_date') }} as day_of
cross join {{ ref('stg_question') }} as question
cross join scope
left join received on scope.scope_id = received.scope_id and day_of.date_on = received.received_on
where day_of.date_on between question.period_start and question.until_on
