-- Procedures in force on the last counted day, per level, whether they are handled at a desk, and whether a process is
-- decided for them there. While no unit has sent its processes, none is missing: what is not sent is not known.
with processes as (
    select distinct
        procedure_key,
        process_level
    from {{ ref('int_internal_process_known') }}
    where is_in_force and procedure_key is not null
),

sent as (
    select count(*) as file_count
    from {{ ref('stg_delivery') }}
    where stream = 'internal_processes' and is_counted
),

placed as (
    select
        procedure_of.*,
        question.office_unit_id,
        sent.file_count,
        case when procedure_of.exclusion_code is null then 1 else 0 end as is_one_stop,
        case
            when procedure_of.exclusion_code is null and processes.procedure_key is null and sent.file_count > 0 then 1
            else 0
        end as lacks_process
    from {{ ref('int_procedure_in_force') }} as procedure_of
    cross join {{ ref('stg_question') }} as question
    cross join sent
    left join processes
        on
            procedure_of.procedure_key = processes.procedure_key
            and procedure_of.procedure_level = processes.process_level
)

select
    procedure_level_id,
    procedure_key,
    procedure_code,
    procedure_name,
    field_code,
    procedure_level,
    office_unit_id as authority_unit_id,
    valid_from,
    valid_to,
    exclusion_code,
    1 as procedures_total,
    case when procedure_level = 'district' then 1 else 0 end as procedures_district,
    case when procedure_level = 'commune' then 1 else 0 end as procedures_commune,
    is_one_stop as one_stop_total,
    case when procedure_level = 'district' then is_one_stop else 0 end as one_stop_district,
    case when procedure_level = 'commune' then is_one_stop else 0 end as one_stop_commune,
    1 - is_one_stop as outside_one_stop,
    case when is_one_stop = 1 and file_count > 0 then 1 - lacks_process else 0 end as with_process,
    lacks_process as without_process,
    case when procedure_level = 'district' then lacks_process else 0 end as missing_district,
    case when procedure_level = 'commune' then lacks_process else 0 end as missing_commune,
    case when lacks_process = 1 then 'without_process' else coalesce(exclusion_code, 'one_stop') end as reason_code,
    cast(null as {{ text_type() }}) as delivery_id,
    'reference/procedures.csv' as source_file,
    cast(null as {{ text_type() }}) as source_sheet,
    source_row
from placed
