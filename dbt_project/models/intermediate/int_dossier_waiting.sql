-- Online dossiers sent and not taken in by the last counted day (domain/05 5.9), and those refused at intake. No system
-- shows when it refused: a refusal belongs to the period the dossier was sent in.
with dossier as (
    select
        known.dossier_code,
        known.status,
        known.received_at,
        cast(known.submitted_at as date) as submitted_on,
        cast(known.received_at as date) as received_on,
        question.period_start,
        question.until_on,
        question.due_on_cutoff_day,
        question.intake_limit_days,
        {{ count_group('known.newest_status') }} as newest_group
    from {{ ref('int_dossier_known') }} as known
    inner join {{ ref('int_dossier_placed') }} as placed on known.dossier_code = placed.dossier_code
    inner join {{ ref('int_dossier_outcome') }} as outcome on known.dossier_code = outcome.dossier_code
    cross join {{ ref('stg_question') }} as question
    where
        known.channel = 'online'
        and not outcome.is_gone
        and (
            coalesce(question.include_vertical_agencies, false)
            or (coalesce(placed.competent_level, '') <> 'police' and known.receiving_unit_kind <> 'vertical_agency')
        )
),

not_taken_in as (
    select
        dossier.*,
        case
            when status = 'rejected_at_intake' then 'rejected'
            when status = 'submitted' or received_on > until_on then 'awaiting'
        end as intake_state
    from dossier
    where
        submitted_on <= until_on
        and (received_at is null or received_on > until_on or newest_group = 'not_counted')
),

due as (
    select
        not_taken_in.*,
        due_day.date_on as intake_due_on
    from not_taken_in
    left join {{ ref('dim_date') }} as submitted_day on not_taken_in.submitted_on = submitted_day.date_on
    left join {{ ref('dim_date') }} as due_day
        on
            submitted_day.working_day_no + not_taken_in.intake_limit_days = due_day.working_day_no
            and due_day.is_working_day
)

select
    dossier_code,
    intake_due_on,
    case
        when intake_state = 'rejected' then 'rejected'
        when intake_due_on < until_on then 'awaiting_overdue'
        when intake_due_on = until_on and due_on_cutoff_day = 'overdue' then 'awaiting_overdue'
        else 'awaiting_in_time'
    end as intake_state
from due
where intake_state = 'awaiting' or (intake_state = 'rejected' and submitted_on >= period_start)
