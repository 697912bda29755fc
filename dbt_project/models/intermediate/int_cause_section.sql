-- The sections of the table of overdue causes [A]. An office may name them otherwise in reference/sections.csv (scheme
-- overdue_cause, applies_to a cause of the contract).
with cause as (
    select
        'coordination' as applies_to,
        'A' as section_code,
        'Chờ cơ quan phối hợp, liên thông' as label,
        1 as sort_no
    union all
    select
        'verification' as applies_to,
        'B' as section_code,
        'Xác minh, đo đạc, thẩm định kéo dài' as label,
        2 as sort_no
    union all
    select
        'workload' as applies_to,
        'C' as section_code,
        'Hồ sơ nhiều, thiếu nhân lực' as label,
        3 as sort_no
    union all
    select
        'system' as applies_to,
        'D' as section_code,
        'Lỗi phần mềm, đường truyền' as label,
        4 as sort_no
    union all
    select
        'regulation' as applies_to,
        'E' as section_code,
        'Vướng mắc quy định' as label,
        5 as sort_no
    union all
    select
        'officer' as applies_to,
        'F' as section_code,
        'Công chức chậm xử lý' as label,
        6 as sort_no
    union all
    select
        'applicant' as applies_to,
        'G' as section_code,
        'Do người nộp hồ sơ' as label,
        7 as sort_no
    union all
    select
        'other' as applies_to,
        'H' as section_code,
        'Nguyên nhân khác' as label,
        8 as sort_no
    union all
    select
        'unknown' as applies_to,
        'I' as section_code,
        'Nguyên nhân ghi ngoài danh mục' as label,
        9 as sort_no
    union all
    select
        'unreported' as applies_to,
        'K' as section_code,
        'Chưa ghi nguyên nhân' as label,
        10 as sort_no
),

named as (
    select
        applies_to,
        section_code,
        label,
        sort_no,
        row_number() over (partition by applies_to order by sort_no, section_code) as section_rank
    from {{ ref('dim_section') }}
    where scheme = 'overdue_cause'
)

select
    cause.applies_to,
    coalesce(named.section_code, cause.section_code) as section_code,
    coalesce(named.label, cause.label) as label,
    coalesce(named.sort_no, cause.sort_no) as sort_no
from cause
left join named on cause.applies_to = named.applies_to and named.section_rank = 1
