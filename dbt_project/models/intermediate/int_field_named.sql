-- What field a name means: the version in force on the last counted day first, then the first code. A name written
-- without marks («Van hoa») means the field whose name is so spelled, if there is only one and no field bears that name.
with bare_alone as (
    select field_bare_key
    from {{ source('landed', 'field') }}
    group by field_bare_key
    having min(field_name_key) = max(field_name_key) and min(field_name_key) <> field_bare_key
),

key_of as (
    select
        field_name_key,
        field_code,
        valid_from,
        valid_to
    from {{ source('landed', 'field') }}
    union all
    select
        bare.field_bare_key as field_name_key,
        bare.field_code,
        bare.valid_from,
        bare.valid_to
    from {{ source('landed', 'field') }} as bare
    inner join bare_alone on bare.field_bare_key = bare_alone.field_bare_key
),

named as (
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
    from key_of as field
    cross join {{ ref('stg_question') }} as question
)

select
    field_name_key,
    field_code
from named
where key_rank = 1 and field_name_key is not null
