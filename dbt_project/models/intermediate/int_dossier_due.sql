-- The due date that lateness is measured against. Without a date from the source system after a supplement,
-- the waiting time is added (resume) or the whole limit starts again on the day of return (restart).
with dossier as (
    select
        known.*,
        question.supplement_clock,
        case
            when question.overdue_basis = 'original_due' then 'first_due'
            when known.new_due_at is not null then 'new_due'
            when
                known.due_after_supplement = 'original'
                and known.due_at is not null
                and known.supplement_received_at is not null
                and cast(known.supplement_received_at as date) <= question.until_on
                then 'after_supplement'
            else 'due'
        end as due_rule
    from {{ ref('int_dossier_known') }} as known
    cross join {{ ref('stg_question') }} as question
),

counted as (
    select
        dossier.*,
        cast(dossier.supplement_received_at as date) as returned_on,
        case
            when dossier.supplement_clock = 'restart' then returned_day.working_day_no
            else due_day.working_day_no
        end as from_working_day_no,
        case
            when dossier.supplement_clock = 'restart' then due_day.working_day_no - received_day.working_day_no
            else returned_day.working_day_no - requested_day.working_day_no
        end as working_days
    from dossier
    left join {{ ref('dim_date') }} as due_day
        on cast(dossier.due_at as date) = due_day.date_on
    left join {{ ref('dim_date') }} as received_day
        on cast(dossier.received_at as date) = received_day.date_on
    left join {{ ref('dim_date') }} as requested_day
        on cast(dossier.supplement_requested_at as date) = requested_day.date_on
    left join {{ ref('dim_date') }} as returned_day
        on cast(dossier.supplement_received_at as date) = returned_day.date_on
),

moved as (
    select
        counted.*,
        case
            when counted.working_days > 0 then moved_day.date_on
            when counted.supplement_clock = 'restart' and counted.working_days <= 0 then counted.returned_on
        end as moved_due_on
    from counted
    left join {{ ref('dim_date') }} as moved_day
        on
            counted.from_working_day_no + counted.working_days = moved_day.working_day_no
            and moved_day.is_working_day
)

select
    dossier_code,
    due_rule,
    first_due_at as original_due_at,
    case
        when due_rule = 'first_due' then first_due_at
        when due_rule = 'new_due' then new_due_at
        when due_rule = 'after_supplement' and moved_due_on is not null
            then {{ add_days('due_at', days_between('due_at', 'moved_due_on')) }}
        else due_at
    end as effective_due_at
from moved
