-- The dossiers of versions offices below issued, each in its place in this office's forms: the section of the level the version
-- has it in, the field of the name it gives (else of its procedure), the row of the unit that issued it. Measures are those of
-- the period they were issued for. What two versions show is of the newer one; a number of a unit's own book is that unit's,
-- and that office's where a unit took over several.
with {{ issued_rows('stg_issued_facts', 'dossier_code', 'dossier_key') }},

-- The field of a procedure, where all of its versions in the period are in one.
field_of_procedure as (
    select
        procedure_code,
        min(field_code) as field_code
    from {{ ref('dim_procedure') }}
    where is_in_period and procedure_code is not null
    group by procedure_code
    having min(field_code) = max(field_code)
),

placed as (
    select
        ranked.*,
        coalesce(unit.unit_id, 'unknown') as unit_id,
        coalesce(unit.unit_kind, 'unknown') as unit_kind,
        coalesce(named.field_code, field_of_procedure.field_code, 'unknown') as known_field_code
    from ranked
    left join {{ ref('int_unit_succeeded') }} as succeeded on ranked.sender_unit_id = succeeded.unit_id
    left join {{ ref('dim_unit') }} as unit on coalesce(succeeded.current_unit_id, ranked.sender_unit_id) = unit.unit_id
    left join {{ ref('int_field_named') }} as named on ranked.field_name_key = named.field_name_key
    left join field_of_procedure on ranked.procedure_code = field_of_procedure.procedure_code
),

decided as (
    select
        placed.*,
        field.field_name as known_field_name,
        case
            when placed.unit_kind = 'ward' then null
            when placed.unit_kind in ('department', 'vertical_agency') then placed.unit_id
            else coalesce(field.department_unit_id, 'unknown')
        end as named_department_id
    from placed
    left join {{ ref('dim_field') }} as field on placed.known_field_code = field.field_code
),

section_of as (
    {{ sections_by_kind() }}
)

select
    decided.dossier_key as dossier_code,
    decided.unit_id as receiving_unit_id,
    decided.sender_unit_id as original_unit_id,
    case when decided.unit_kind <> 'ward' then coalesce(department.unit_id, 'unknown') end as department_unit_id,
    level_section.section_code as level_section_code,
    decided.known_field_code as field_code,
    decided.known_field_name as field_name,
    unit_section.section_code as unit_section_code,
    case when decided.unit_kind = 'ward' then decided.unit_id else coalesce(department.unit_id, 'unknown') end as row_unit_id,
    decided.procedure_code,
    decided.procedure_name,
    decided.procedure_match,
    decided.channel,
    decided.received_at,
    decided.due_at,
    decided.original_due_at,
    decided.closed_at,
    decided.finished_at,
    decided.delivered_at,
    decided.supplement_requested_at,
    decided.supplement_received_at,
    decided.apology_at,
    decided.apology_state,
    coalesce(decided.overdue_cause, 'unreported') as overdue_cause,
    cause.section_code as cause_section_code,
    decided.service_level,
    decided.fee_kind,
    decided.fee_due,
    decided.fee_paid,
    decided.paid_at,
    decided.payment_channel,
    decided.digitised_intake,
    decided.digitised_result,
    decided.satisfaction,
    decided.status,
    decided.paused_in_time + decided.paused_overdue > 0 as is_paused,
    decided.outcome,
    decided.reason_code,
    decided.recognised_late,
    {{ each_name('decided.#', measures_of('fct_dossier_period')) }},
    decided.row_id,
    decided.delivery_id,
    decided.source_file,
    decided.source_sheet,
    decided.source_row,
    decided.flags,
    decided.received_non_boundary,
    case
        when not decided.is_of_period then 'other_period'
        when not decided.is_asked then 'other_day'
        when decided.issue_rank > 1 then 'duplicate'
        else 'counted'
    end as fate
from decided
left join {{ ref('int_unit_succeeded') }} as department_succeeded
    on decided.named_department_id = department_succeeded.unit_id
left join {{ ref('dim_unit') }} as department
    on coalesce(department_succeeded.current_unit_id, decided.named_department_id) = department.unit_id
left join {{ ref('int_cause_section') }} as cause on coalesce(decided.overdue_cause, 'unreported') = cause.applies_to
left join section_of as level_section
    on
        level_section.scheme = 'level'
        and decided.level = level_section.applies_to
        and level_section.section_rank = 1
left join section_of as unit_section
    on
        unit_section.scheme = 'unit'
        and unit_section.applies_to = case when decided.unit_kind = 'ward' then 'ward' else 'city' end
        and unit_section.section_rank = 1
