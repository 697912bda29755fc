-- What no check on one file can see: what the rows of a dossier in several files, or its place in the catalogue, make odd.
with known as (
    select
        known.*,
        outcome.fate
    from {{ ref('int_dossier_known') }} as known
    inner join {{ ref('int_dossier_outcome') }} as outcome on known.dossier_code = outcome.dossier_code
    where outcome.fate in ('counted', 'deleted_dossier')
),

owner as (
    select *
    from {{ ref('int_dossier_holder') }}
    where owner_rank = 1
),

-- It was shown finished, and is shown open in a later file of its story.
reopened as (
    select dossier_code
    from {{ ref('int_case_row_ranked') }}
    where row_part in ('owned', 'before') and rank_in_delivery = 1
    group by dossier_code
    having min(case when finished_at is not null then observed_at end) < max(case when finished_at is null then observed_at end)
),

-- An end of processing shown on one side of the first or the last day of the period, and on the other side in another file.
moved_end as (
    select ranked.dossier_code
    from {{ ref('int_case_row_ranked') }} as ranked
    cross join {{ ref('stg_question') }} as question
    where ranked.row_part in ('owned', 'before') and ranked.rank_in_delivery = 1 and ranked.finished_at is not null
    group by ranked.dossier_code
    having
        sum(case when cast(ranked.finished_at as date) <= question.until_on then 1 else 0 end) not in (0, count(*))
        or sum(case when cast(ranked.finished_at as date) < question.period_start then 1 else 0 end) not in (0, count(*))
),

-- What each unit says of it last; the owner's row first.
said as (
    select
        dossier_code,
        receiving_unit_id,
        row_part,
        finished_at,
        received_at,
        observed_at,
        row_number() over (
            partition by dossier_code, receiving_unit_id
            order by observed_at desc, delivery_receipt_no desc, delivery_id desc
        ) as said_rank
    from {{ ref('int_case_row_ranked') }}
    where rank_in_delivery = 1
),

-- Another unit shows it at the same time and says otherwise: another end or receipt, or a later day.
disagreeing as (
    select distinct beside.dossier_code
    from said as beside
    inner join said as own on beside.dossier_code = own.dossier_code and own.row_part = 'owned' and own.said_rank = 1
    where
        beside.row_part = 'beside'
        and beside.said_rank = 1
        and (
            (beside.finished_at is null) <> (own.finished_at is null)
            or cast(beside.finished_at as date) <> cast(own.finished_at as date)
            or cast(beside.received_at as date) <> cast(own.received_at as date)
            or cast(beside.observed_at as date) > cast(own.observed_at as date)
        )
),

moved as (
    select distinct owner.dossier_code
    from owner
    inner join {{ ref('int_dossier_holder') }} as previous on owner.dossier_code = previous.dossier_code
    where owner.sighting <> 'gone' and previous.sighting = 'gone'
),

flagged as (
    select
        dossier_code,
        'unit_reassigned' as flag
    from moved
    union all
    select
        dossier_code,
        'units_disagree' as flag
    from disagreeing
    union all
    select
        dossier_code,
        'reopened' as flag
    from reopened
    union all
    select
        dossier_code,
        'finish_moved' as flag
    from moved_end
    union all
    select
        placed.dossier_code,
        'procedure_by_name' as flag
    from {{ ref('int_dossier_placed') }} as placed
    inner join known on placed.dossier_code = known.dossier_code
    where placed.procedure_match = 'name' and known.procedure_code is not null
    union all
    select
        dossier_code,
        'missing_due_date' as flag
    from {{ ref('int_dossier_due') }}
    where due_rule in ('catalogue_limit', 'none')
    union all
    select
        dossier_code,
        'due_date_blanked' as flag
    from known
    where is_due_blanked
    union all
    select
        dossier_code,
        'procedure_in_several_fields' as flag
    from {{ ref('int_dossier_placed') }}
    where procedure_match = 'several'
    union all
    select
        dossier_code,
        sighting as flag
    from owner
    where sighting = 'not_seen_since'
    union all
    select
        dossier_code,
        fate as flag
    from known
    where fate = 'deleted_dossier'
)

select
    flagged.dossier_code,
    flagged.flag,
    case flagged.flag
        when 'unit_reassigned' then 'hồ sơ chuyển sang đơn vị khác'
        when 'units_disagree' then 'hai đơn vị cùng có hồ sơ và ghi khác nhau'
        when 'reopened' then 'hồ sơ đã xong rồi mở lại'
        when 'finish_moved' then 'ngày có kết quả bị sửa qua ngày đầu kỳ hoặc ngày lấy số liệu'
        when 'procedure_by_name' then 'mã thủ tục không có trong danh mục, xếp theo tên thủ tục'
        when 'missing_due_date' then 'không ghi ngày hẹn trả'
        when 'due_date_blanked' then 'ngày hẹn trả bị xóa, dùng ngày đã ghi trước đó'
        when 'procedure_in_several_fields' then 'thủ tục cùng tên ở nhiều lĩnh vực, tính ở «Chưa xác định»'
        when 'not_seen_since' then 'hồ sơ đang giải quyết không thấy trong tệp mới hơn'
        when 'deleted_dossier' then 'hồ sơ đang giải quyết đã mất khỏi danh sách đầy đủ mới hơn'
    end as flag_label,
    known.receiving_unit_id,
    known.row_id,
    known.delivery_id,
    known.source_file,
    known.source_sheet,
    known.source_row
from flagged
inner join known on flagged.dossier_code = known.dossier_code
where flagged.flag <> 'not_seen_since' or known.finished_at is null
