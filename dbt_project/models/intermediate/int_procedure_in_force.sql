-- The catalogue on the last counted day, one row a procedure and level: one procedure of two levels is in the list of
-- both. The list of the communes is common to the wards, so a ward adds nothing to it (domain/02 2.3).
with versions as (
    select
        procedure_of.procedure_code,
        procedure_of.procedure_name,
        procedure_of.procedure_name_key,
        procedure_of.field_code,
        procedure_of.competent_level,
        procedure_of.valid_from,
        procedure_of.valid_to,
        procedure_of.source_row,
        question.include_vertical_agencies,
        coalesce(procedure_of.procedure_code, procedure_of.procedure_id) as procedure_key,
        row_number() over (
            partition by coalesce(procedure_of.procedure_code, procedure_of.procedure_id)
            order by coalesce(procedure_of.valid_from, question.period_start) desc, procedure_of.procedure_id asc
        ) as version_rank
    from {{ ref('dim_procedure') }} as procedure_of
    cross join {{ ref('stg_question') }} as question
    where
        coalesce(procedure_of.valid_from, question.until_on) <= question.until_on
        and coalesce(procedure_of.valid_to, question.until_on) >= question.until_on
),

exclusions as (
    select
        excluded.procedure_code as procedure_key,
        excluded.reason_code,
        row_number() over (
            partition by excluded.procedure_code
            order by coalesce(excluded.valid_from, question.period_start) desc, excluded.reason_code asc
        ) as version_rank
    from {{ source('landed', 'one_stop_exclusion') }} as excluded
    cross join {{ ref('stg_question') }} as question
    where
        coalesce(excluded.valid_from, question.until_on) <= question.until_on
        and coalesce(excluded.valid_to, question.until_on) >= question.until_on
),

levels as (
    select
        procedure_key,
        'district' as procedure_level
    from versions
    where
        version_rank = 1
        and (competent_level in ('city', 'both') or (competent_level = 'police' and include_vertical_agencies))
    union all
    select
        procedure_key,
        'commune' as procedure_level
    from versions
    where version_rank = 1 and competent_level in ('ward', 'both')
)

select
    levels.procedure_key || ':' || levels.procedure_level as procedure_level_id,
    levels.procedure_key,
    levels.procedure_level,
    versions.procedure_code,
    versions.procedure_name,
    versions.procedure_name_key,
    versions.field_code,
    versions.valid_from,
    versions.valid_to,
    versions.source_row,
    exclusions.reason_code as exclusion_code
from levels
inner join versions on levels.procedure_key = versions.procedure_key and versions.version_rank = 1
left join exclusions on levels.procedure_key = exclusions.procedure_key and exclusions.version_rank = 1
