-- Deaths registered in the period, and linked cases of earlier ones still open when it began: these are counted among
-- the results only (domain/forms/death-group.yaml, identity `result`).
with death_case as (
    select
        record.record_id,
        record.record_code,
        record.reporting_unit_id,
        death_case.requested,
        record.from_on as registered_on,
        death_case.due_on,
        death_case.is_linked,
        death_case.benefit_partner,
        record.from_on >= question.period_start as is_new,
        case when record.to_on <= question.until_on then record.to_on end as finished_on,
        coalesce(death_case.residence_on <= question.until_on, false) as has_residence,
        coalesce(death_case.benefit_on <= question.until_on, false) as has_benefit,
        record.row_id,
        record.delivery_id,
        record.source_file,
        record.source_sheet,
        record.source_row,
        record.flags
    from {{ ref('int_record_ranked') }} as record
    inner join {{ ref('stg_death_cases') }} as death_case on record.row_id = death_case.row_id
    cross join {{ ref('stg_question') }} as question
    where record.stream = 'death_cases' and record.fate = 'counted'
)

select
    record_id,
    record_code,
    reporting_unit_id,
    requested,
    registered_on,
    due_on,
    finished_on,
    case when is_new then 1 else 0 end as deaths_registered,
    case when is_new and is_linked then 1 else 0 end as linked_total,
    case when is_new and requested = 'linked_two' then 1 else 0 end as linked_two,
    case when is_new and requested = 'linked_survivor' then 1 else 0 end as linked_survivor,
    case when is_new and requested = 'linked_funeral' then 1 else 0 end as linked_funeral,
    case when is_new and not is_linked then 1 else 0 end as not_linked,
    case when not is_new then 1 else 0 end as carried,
    case when is_linked and finished_on is not null and coalesce(finished_on <= due_on, true) then 1 else 0 end
        as finished_in_time,
    case when is_linked and finished_on > due_on then 1 else 0 end as finished_overdue,
    case when is_linked and finished_on is null then 1 else 0 end as pending,
    case when is_linked then 1 else 0 end as residence_steps,
    case when is_linked and has_residence then 1 else 0 end as residence_done,
    case when is_linked and not has_residence then 1 else 0 end as residence_pending,
    case when benefit_partner = 'social_insurance' then 1 else 0 end as insurance_steps,
    case when benefit_partner = 'social_insurance' and has_benefit then 1 else 0 end as insurance_done,
    case when benefit_partner = 'social_insurance' and not has_benefit then 1 else 0 end as insurance_pending,
    case when benefit_partner = 'labour' then 1 else 0 end as labour_steps,
    case when benefit_partner = 'labour' and has_benefit then 1 else 0 end as labour_done,
    case when benefit_partner = 'labour' and not has_benefit then 1 else 0 end as labour_pending,
    case
        when not is_linked then 'not_linked'
        when finished_on > due_on then 'finished_overdue'
        when finished_on is not null then 'finished_in_time'
        else 'pending'
    end as reason_code,
    row_id,
    delivery_id,
    source_file,
    source_sheet,
    source_row,
    flags
from death_case
