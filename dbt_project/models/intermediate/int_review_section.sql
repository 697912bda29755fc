-- The two sections of II.04: what the yearly plan has, and what was reviewed outside it. An office that names none in
-- reference/sections.csv (scheme review) gets the labels of the form.
with plan_kind as (
    select
        'in_plan' as applies_to,
        'A' as section_code,
        'TTHC rà soát theo kế hoạch' as label,
        1 as sort_no
    union all
    select
        'outside_plan' as applies_to,
        'B' as section_code,
        'TTHC rà soát ngoài kế hoạch' as label,
        2 as sort_no
),

named as (
    select
        applies_to,
        section_code,
        label,
        sort_no,
        row_number() over (partition by applies_to order by sort_no, section_code) as section_rank
    from {{ ref('dim_section') }}
    where scheme = 'review'
)

select
    plan_kind.applies_to,
    coalesce(named.section_code, plan_kind.section_code) as section_code,
    coalesce(named.label, plan_kind.label) as label,
    coalesce(named.sort_no, plan_kind.sort_no) as sort_no
from plan_kind
left join named on plan_kind.applies_to = named.applies_to and named.section_rank = 1
