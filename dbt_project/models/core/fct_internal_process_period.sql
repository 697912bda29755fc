-- Processes of the period; those in force on its last counted day count, for form II.07b gives a state.
select
    record.record_id,
    record.procedure_code,
    record.procedure_key,
    record.decision_number,
    record.process_level,
    record.reporting_unit_id,
    question.office_unit_id as authority_unit_id,
    record.from_on as valid_from,
    record.to_on as valid_to,
    case when record.is_in_force and record.process_level in ('district', 'commune') then 1 else 0 end as processes_total,
    case when record.is_in_force and record.process_level = 'district' then 1 else 0 end as processes_district,
    case when record.is_in_force and record.process_level = 'commune' then 1 else 0 end as processes_commune,
    case
        when record.is_in_force and record.process_level in ('district', 'commune') and record.is_electronic = 'yes' then 1
        else 0
    end as electronic_processes,
    case
        when not record.is_in_force then 'ended'
        when record.process_level not in ('district', 'commune') then 'other_level'
        when record.procedure_key is null then 'procedure_not_in_force'
        else 'in_force'
    end as reason_code,
    record.row_id,
    record.delivery_id,
    record.source_file,
    record.source_sheet,
    record.source_row,
    record.flags
from {{ ref('int_internal_process_known') }} as record
cross join {{ ref('stg_question') }} as question
