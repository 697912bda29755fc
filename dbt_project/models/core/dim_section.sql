with versions as (
    select
        section.scheme,
        section.section_code,
        section.label,
        section.applies_to,
        section.sort_no,
        row_number() over (
            partition by section.scheme, section.section_code
            order by coalesce(section.valid_from, question.period_start) desc
        ) as version_rank
    from {{ source('landed', 'section') }} as section
    cross join {{ ref('stg_question') }} as question
    where
        coalesce(section.valid_from, question.until_on) <= question.until_on
        and coalesce(section.valid_to, question.until_on) >= question.until_on
)

select
    scheme,
    section_code,
    label,
    applies_to,
    sort_no
from versions
where version_rank = 1
