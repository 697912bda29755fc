-- The population of the period: split once by receipt (carried in, online, direct and postal) and once by outcome.
with dossier as (
    select
        known.*,
        due.effective_due_at,
        due.original_due_at,
        placed.level_section_code,
        placed.unit_section_code,
        placed.row_unit_id,
        placed.department_unit_id,
        placed.field_code,
        placed.field_name,
        placed.procedure_code as form_procedure_code,
        placed.procedure_name as form_procedure_name,
        placed.procedure_match,
        outcome.closed_at,
        outcome.is_paused,
        outcome.outcome,
        outcome.reason_code,
        outcome.recognised_late,
        question.returned_withdrawn_bucket,
        cast(known.received_at as date) >= question.period_start
        or coalesce(outcome.recognised_late, '') = 'receipt' as is_received_in_period,
        case
            when known.channel in ('online', 'direct', 'postal') then known.channel
            when question.null_channel = 'unknown' then 'unknown'
            else 'direct'
        end as counted_channel
    from {{ ref('int_dossier_known') }} as known
    inner join {{ ref('int_dossier_outcome') }} as outcome on known.dossier_code = outcome.dossier_code
    inner join {{ ref('int_dossier_placed') }} as placed on known.dossier_code = placed.dossier_code
    inner join {{ ref('int_dossier_due') }} as due on known.dossier_code = due.dossier_code
    cross join {{ ref('stg_question') }} as question
    where outcome.fate = 'counted'
)

select
    dossier_code,
    receiving_unit_id,
    original_unit_id,
    department_unit_id,
    level_section_code,
    field_code,
    field_name,
    unit_section_code,
    row_unit_id,
    form_procedure_code as procedure_code,
    form_procedure_name as procedure_name,
    procedure_match,
    channel,
    received_at,
    effective_due_at as due_at,
    original_due_at,
    closed_at,
    finished_at,
    delivered_at,
    supplement_requested_at,
    supplement_received_at,
    apology_at,
    status,
    is_paused,
    outcome,
    reason_code,
    recognised_late,
    1 as received_total,
    case when is_received_in_period and counted_channel = 'online' then 1 else 0 end as received_online,
    case when is_received_in_period and counted_channel in ('direct', 'postal') then 1 else 0 end as received_direct_postal,
    case when is_received_in_period and counted_channel = 'unknown' then 1 else 0 end as received_unknown_channel,
    case when is_received_in_period then 0 else 1 end as carried_in,
    case when outcome in ('early', 'on_time', 'overdue', 'closed_without_result') then 1 else 0 end as resolved_total,
    case when outcome = 'early' then 1 else 0 end as resolved_early,
    case
        when outcome = 'on_time' then 1
        when outcome = 'closed_without_result' and coalesce(returned_withdrawn_bucket, '') <> 'own_column' then 1
        else 0
    end as resolved_on_time,
    case when outcome = 'overdue' then 1 else 0 end as resolved_overdue,
    case when outcome = 'closed_without_result' and returned_withdrawn_bucket = 'own_column' then 1 else 0 end
        as resolved_without_result,
    case when outcome in ('pending_in_time', 'pending_overdue') then 1 else 0 end as pending_total,
    case when outcome = 'pending_in_time' then 1 else 0 end as pending_in_time,
    case when outcome = 'pending_overdue' then 1 else 0 end as pending_overdue,
    case when is_received_in_period and counted_channel = 'direct' then 1 else 0 end as received_direct,
    case when is_received_in_period and counted_channel = 'postal' then 1 else 0 end as received_postal,
    row_id,
    delivery_id,
    source_file,
    source_sheet,
    source_row,
    flags
from dossier
