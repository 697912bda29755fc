-- What field a name means: the version in force on the last counted day first, then the first code.
with named as (
    select
        field.field_name_key,
        field.field_code,
        row_number() over (
            partition by field.field_name_key
            order by
                case
                    when
                        coalesce(field.valid_from, question.until_on) <= question.until_on
                        and coalesce(field.valid_to, question.until_on) >= question.until_on
                        then 0
                    else 1
                end,
                field.field_code
        ) as key_rank
    from {{ source('landed', 'field') }} as field
    cross join {{ ref('stg_question') }} as question
)

select
    field_name_key,
    field_code
from named
where key_rank = 1 and field_name_key is not null
