-- The due date that lateness is measured against. Without a date from the source system after a supplement,
-- the waiting time is added (resume) or the whole limit starts again on the day of return (restart). Without any date
-- the catalogue's limit in working days counts from the day of receipt, less the waiting (missing_due_date).
with dossier as (
    select
        known.*,
        question.until_on,
        question.supplement_clock,
        question.missing_due_date,
        case
            when procedure_of.time_unit = 'working_day'
                then cast(ceil(cast(procedure_of.time_value as decimal(9, 3))) as integer)
        end as limit_days,
        cast(known.received_at as date) as received_on,
        case
            when question.overdue_basis = 'original_due' and known.first_due_at is not null then 'first_due'
            when known.new_due_at is not null then 'new_due'
            when
                known.due_after_supplement = 'original'
                and known.due_at is not null
                and known.supplement_received_at is not null
                and cast(known.supplement_received_at as date) <= question.until_on
                then 'after_supplement'
            when known.due_at is not null then 'due'
            when coalesce(question.missing_due_date, 'catalogue_limit') = 'catalogue_limit' then 'catalogue_limit'
            else 'none'
        end as due_rule
    from {{ ref('int_dossier_known') }} as known
    left join {{ ref('int_dossier_placed') }} as placed on known.dossier_code = placed.dossier_code
    left join {{ ref('dim_procedure') }} as procedure_of on placed.procedure_id = procedure_of.procedure_id
    cross join {{ ref('stg_question') }} as question
),

counted as (
    select
        dossier.*,
        cast(dossier.supplement_received_at as date) as returned_on,
        received_day.working_day_no as received_working_day_no,
        case
            when cast(dossier.supplement_received_at as date) <= dossier.until_on
                then returned_day.working_day_no - requested_day.working_day_no
        end as waited_days,
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
        on dossier.received_on = received_day.date_on
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
        end as moved_due_on,
        limit_day.date_on as limit_due_on
    from counted
    left join {{ ref('dim_date') }} as limit_day
        on
            counted.due_rule = 'catalogue_limit'
            and counted.received_working_day_no + counted.limit_days + coalesce(greatest(counted.waited_days, 0), 0)
            = limit_day.working_day_no
            and limit_day.is_working_day
    left join {{ ref('dim_date') }} as moved_day
        on
            counted.from_working_day_no + counted.working_days = moved_day.working_day_no
            and moved_day.is_working_day
)

select
    dossier_code,
    case when due_rule = 'catalogue_limit' and limit_due_on is null then 'none' else due_rule end as due_rule,
    first_due_at as original_due_at,
    case
        when due_rule = 'first_due' then first_due_at
        when due_rule = 'new_due' then new_due_at
        when due_rule = 'after_supplement' and moved_due_on is not null
            then {{ add_days('due_at', days_between('due_at', 'moved_due_on')) }}
        -- A limit in working days ends with its last day.
        when due_rule = 'catalogue_limit' then {{ end_of_day('limit_due_on') }}
        else due_at
    end as effective_due_at
from moved
