-- The population of the period: split once by receipt (carried in, online, direct and postal) and once by outcome. What
-- offices below counted in the versions they issued is added as they counted it.
{% set apologies = {
    'apologised': 'in_time', 'apologised_late': 'late', 'not_apologised': 'none', 'apology_unreported': 'unreported'
} %}
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
        placed.field_name as official_field_name,
        placed.procedure_code as form_procedure_code,
        placed.procedure_name as form_procedure_name,
        placed.procedure_match,
        outcome.closed_at,
        outcome.is_paused,
        outcome.outcome,
        outcome.reason_code,
        outcome.recognised_late,
        case
            when coalesce(apology.apology_state, 'none') = 'none' and not coalesce(reported.tells_apology, true) then 'unreported'
            else coalesce(apology.apology_state, 'none')
        end as counted_apology,
        coalesce(reported.tells_fee, true) as tells_fee,
        coalesce(reported.tells_cause, true) as tells_cause,
        cause.section_code as cause_section_code,
        outcome.outcome = 'closed_without_result' as is_without_result,
        outcome.outcome in ('early', 'on_time', 'overdue') and coalesce(outcome.reason_code, '') <> 'awaiting_supplement'
            as is_with_result,
        coalesce(
            cast(due.effective_due_at as date) < question.until_on
            or (cast(due.effective_due_at as date) = question.until_on and question.due_on_cutoff_day = 'overdue'),
            false
        ) as is_due_passed,
        case
            when known.service_level in ('full', 'partial') then known.service_level
            when lower(known.channel_label) like '%toàn trình%' then 'full'
            when lower(known.channel_label) like '%một phần%' then 'partial'
            else 'other'
        end as counted_level,
        -- Paid by the last counted day; a source without amounts shows it by the day of payment.
        coalesce(coalesce(known.fee_paid, 1) > 0 and cast(known.paid_at as date) <= question.until_on, false)
        or coalesce(known.fee_paid > 0 and known.paid_at is null, false) as has_paid,
        coalesce(known.fee_kind = 'exempt', false) as is_exempt,
        question.returned_withdrawn_bucket,
        cast(known.received_at as date) >= question.period_start
        or coalesce(outcome.recognised_late, '') = 'receipt' as is_received_in_period,
        case
            when known.channel in ('online', 'direct', 'postal') then known.channel
            when known.channel is null and question.null_channel = 'unknown' then 'unknown'
            else 'direct'
        end as counted_channel,
        coalesce(known.channel = 'unknown', false) as is_odd_channel,
        due.due_rule in ('catalogue_limit', 'none') as is_without_due
    from {{ ref('int_dossier_known') }} as known
    inner join {{ ref('int_dossier_outcome') }} as outcome on known.dossier_code = outcome.dossier_code
    inner join {{ ref('int_dossier_placed') }} as placed on known.dossier_code = placed.dossier_code
    inner join {{ ref('int_dossier_due') }} as due on known.dossier_code = due.dossier_code
    left join {{ ref('int_dossier_apology') }} as apology on known.dossier_code = apology.dossier_code
    left join {{ ref('int_dossier_reported') }} as reported on known.dossier_code = reported.dossier_code
    left join {{ ref('int_cause_section') }} as cause on coalesce(known.overdue_cause, 'unreported') = cause.applies_to
    cross join {{ ref('stg_question') }} as question
    where outcome.fate = 'counted'
),

-- Fees are of what was received in the period (the population of II.08, columns 7 to 14) [A].
judged as (
    select
        dossier.*,
        coalesce(is_paused, false) and outcome = 'pending_in_time' as is_open_paused,
        is_received_in_period and not is_exempt and coalesce(fee_due > 0, has_paid) as is_payable,
        coalesce(case when has_paid then fee_paid end, 0) as counted_fee_paid
    from dossier
),

counted as (
    select
        dossier_code,
        receiving_unit_id,
        original_unit_id,
        department_unit_id,
        level_section_code,
        field_code,
        official_field_name as field_name,
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
        counted_apology as apology_state,
        coalesce(overdue_cause, 'unreported') as overdue_cause,
        cause_section_code,
        counted_level as service_level,
        fee_kind,
        fee_due,
        fee_paid,
        paid_at,
        payment_channel,
        digitised_intake,
        digitised_result,
        satisfaction,
        status,
        is_paused,
        outcome,
        reason_code,
        recognised_late,
        1 as received_total,
        case when is_received_in_period and counted_channel = 'online' then 1 else 0 end as received_online,
        case when is_received_in_period and counted_channel in ('direct', 'postal') then 1 else 0 end as received_direct_postal,
        case when is_received_in_period and counted_channel = 'unknown' then 1 else 0 end as received_unknown_channel,
        -- Column 5 has these too: a word nobody knows is no blank cell.
        case when is_received_in_period and is_odd_channel then 1 else 0 end as received_odd_channel,
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
        case when is_without_due then 1 else 0 end as without_due,
        case
            when not is_without_due and outcome in ('early', 'on_time', 'overdue', 'closed_without_result') then 1
            else 0
        end as resolved_with_due,
        case
            when is_without_due then 0
            when outcome in ('early', 'on_time') then 1
            when outcome = 'closed_without_result' and coalesce(returned_withdrawn_bucket, '') <> 'own_column' then 1
            else 0
        end as resolved_in_time_with_due,
        case when is_received_in_period and counted_channel = 'direct' then 1 else 0 end as received_direct,
        case when is_received_in_period and counted_channel = 'postal' then 1 else 0 end as received_postal,
        case when is_open_paused and not is_due_passed then 1 else 0 end as paused_in_time,
        case when is_open_paused and is_due_passed then 1 else 0 end as paused_overdue,
        case when is_open_paused and status = 'suspended' then 1 else 0 end as suspended,
        case when is_without_result and newest_status = 'returned' then 1 else 0 end as returned,
        case when is_without_result and newest_status = 'withdrawn' then 1 else 0 end as withdrawn,
        case when is_received_in_period and counted_channel = 'online' and counted_level = 'full' then 1 else 0 end
            as received_online_full,
        case when is_received_in_period and counted_channel = 'online' and counted_level = 'partial' then 1 else 0 end
            as received_online_partial,
        case when is_received_in_period and counted_channel = 'online' and counted_level = 'other' then 1 else 0 end
            as received_online_other,
        case when is_received_in_period then 1 else 0 end as received_in_period,
        {% for measure, outcome in {'resolved_overdue': 'overdue', 'pending_overdue': 'pending_overdue'}.items() %}
            {% for name, state in apologies.items() %}
                case when outcome = '{{ outcome }}' and counted_apology = '{{ state }}' then 1 else 0 end
                    as {{ measure }}_{{ name }},
            {% endfor %}
        {% endfor %}
        case when outcome in ('overdue', 'pending_overdue') then 1 else 0 end as overdue_total,
        case when outcome in ('overdue', 'pending_overdue') and overdue_cause is null and not tells_cause then 1 else 0 end
            as overdue_cause_unreported,
        {% for name, state in apologies.items() %}
            case when outcome in ('overdue', 'pending_overdue') and counted_apology = '{{ state }}' then 1 else 0 end
                as overdue_{{ name }},
        {% endfor %}
        case when is_payable then 1 else 0 end as payable,
        case when is_payable and has_paid then 1 else 0 end as paid,
        case when is_payable and has_paid and payment_channel = 'online' then 1 else 0 end as paid_online,
        case when is_payable and has_paid and coalesce(payment_channel, 'unknown') = 'unknown' then 1 else 0 end
            as paid_unreported,
        case when is_payable and not (has_paid and coalesce(payment_channel, 'unknown') = 'unknown') then 1 else 0 end
            as payment_reported,
        case when is_received_in_period and not tells_fee then 1 else 0 end as fee_unreported,
        case when is_received_in_period and has_paid and fee_paid <> case when is_exempt then 0 else fee_due end then 1 else 0 end
            as fee_mismatch,
        case when is_received_in_period and digitised_intake = 'yes' then 1 else 0 end as intake_digitised,
        case when is_received_in_period and digitised_intake in ('yes', 'no') then 1 else 0 end as intake_reported,
        case when is_received_in_period and coalesce(digitised_intake, '') not in ('yes', 'no') then 1 else 0 end
            as intake_unreported,
        case when is_with_result then 1 else 0 end as resolved_with_result,
        case when is_with_result and digitised_result = 'yes' then 1 else 0 end as result_digitised,
        case when is_with_result and digitised_result in ('yes', 'no') then 1 else 0 end as result_reported,
        case when is_with_result and coalesce(digitised_result, '') not in ('yes', 'no') then 1 else 0 end as result_unreported,
        case
            when
                outcome not in ('pending_in_time', 'pending_overdue')
                and satisfaction in ('satisfied', 'neutral', 'dissatisfied')
                then 1
            else 0
        end as rated,
        case when outcome not in ('pending_in_time', 'pending_overdue') and satisfaction = 'satisfied' then 1 else 0 end
            as satisfied,
        case when outcome not in ('pending_in_time', 'pending_overdue') and satisfaction = 'dissatisfied' then 1 else 0 end
            as dissatisfied,
        case when outcome not in ('pending_in_time', 'pending_overdue') and satisfaction = 'neutral' then 1 else 0 end
            as neutral,
        cast(case when is_payable then coalesce(fee_due, 0) else 0 end as bigint) as fee_due_amount,
        cast(case when is_received_in_period then counted_fee_paid else 0 end as bigint) as fee_paid_amount,
        cast(case when is_received_in_period and payment_channel = 'online' then counted_fee_paid else 0 end as bigint)
            as fee_paid_online_amount,
        row_id,
        delivery_id,
        source_file,
        source_sheet,
        source_row,
        flags
    from judged
),

issued as (
    select *
    from {{ ref('int_issued_dossier') }}
    where fate = 'counted'
)

{# Both sides in the order of the yml; a unit test of dbt has no yml at hand, and tests the first side alone. -#}
{% set columns = (yml_columns('fct_dossier_period') if graph.get('nodes') else {}) | list -%}
select {{ columns | join(', ') or '*' }}
from counted
{% if columns %}
    union all
    select {{ columns | join(', ') }}
    from issued
{% endif %}
