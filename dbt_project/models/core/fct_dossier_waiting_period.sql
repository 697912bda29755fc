-- Online dossiers that are in no column of II.06a, being not taken in (domain/05 5.9).
select
    known.dossier_code,
    known.receiving_unit_id,
    placed.department_unit_id,
    placed.level_section_code,
    placed.field_code,
    placed.field_name,
    placed.unit_section_code,
    placed.row_unit_id,
    placed.procedure_code,
    placed.procedure_name,
    known.submitted_at,
    waiting.intake_due_on,
    known.status,
    waiting.intake_state as reason_code,
    case when waiting.intake_state = 'rejected' then 0 else 1 end as awaiting_intake,
    case when waiting.intake_state = 'awaiting_in_time' then 1 else 0 end as awaiting_intake_in_time,
    case when waiting.intake_state = 'awaiting_overdue' then 1 else 0 end as awaiting_intake_overdue,
    case when waiting.intake_state = 'rejected' then 1 else 0 end as rejected,
    known.row_id,
    known.delivery_id,
    known.source_file,
    known.source_sheet,
    known.source_row,
    known.flags
from {{ ref('int_dossier_waiting') }} as waiting
inner join {{ ref('int_dossier_known') }} as known on waiting.dossier_code = known.dossier_code
inner join {{ ref('int_dossier_placed') }} as placed on waiting.dossier_code = placed.dossier_code
