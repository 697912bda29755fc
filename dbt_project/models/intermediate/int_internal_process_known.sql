-- Internal processes of the period with their procedure of the catalogue, by its code, else by its name.
with by_name as (
    select
        procedure_name_key,
        min(procedure_key) as procedure_key
    from {{ ref('int_procedure_in_force') }}
    group by procedure_name_key
    having count(distinct procedure_key) = 1
),

by_code as (
    select distinct procedure_key
    from {{ ref('int_procedure_in_force') }}
)

select
    record.record_id,
    record.row_id,
    record.reporting_unit_id,
    record.from_on,
    record.to_on,
    record.delivery_id,
    record.source_file,
    record.source_sheet,
    record.source_row,
    record.flags,
    process.procedure_code,
    process.procedure_name,
    process.decision_number,
    process.process_level,
    process.is_electronic,
    coalesce(by_code.procedure_key, by_name.procedure_key) as procedure_key,
    coalesce(record.to_on, question.until_on) >= question.until_on as is_in_force
from {{ ref('int_record_ranked') }} as record
inner join {{ ref('stg_internal_processes') }} as process on record.row_id = process.row_id
cross join {{ ref('stg_question') }} as question
left join by_code on process.procedure_code = by_code.procedure_key
left join by_name on process.procedure_name_key = by_name.procedure_name_key
where record.stream = 'internal_processes' and record.fate = 'counted'
