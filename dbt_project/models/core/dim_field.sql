-- The version of each field in force on the last counted day, and the row for what no table knows.
with versions as (
    select
        field.field_code,
        field.field_name,
        field.department_unit_id,
        field.sort_no,
        row_number() over (
            partition by field.field_code
            order by
                case
                    when
                        coalesce(field.valid_from, question.until_on) <= question.until_on
                        and coalesce(field.valid_to, question.until_on) >= question.until_on
                        then 0
                    else 1
                end,
                coalesce(field.valid_from, question.period_start) desc
        ) as version_rank,
        coalesce(field.valid_from, question.until_on) <= question.until_on
        and coalesce(field.valid_to, question.period_start) >= question.period_start as is_in_period
    from {{ source('landed', 'field') }} as field
    cross join {{ ref('stg_question') }} as question
)

select
    field_code,
    field_name,
    department_unit_id,
    sort_no,
    is_in_period
from versions
where version_rank = 1
union all
select
    'unknown' as field_code,
    'Chưa xác định' as field_name,
    cast(null as {{ text_type() }}) as department_unit_id,
    999999 as sort_no,
    false as is_in_period
from {{ ref('stg_question') }}
