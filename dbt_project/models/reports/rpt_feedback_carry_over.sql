-- Column 6 of II.05a is column 10 of the final of the period before. Here is each feedback that breaks this: carried in and
-- not pending before (entered), pending before and not carried in (left), or in both under another unit or field (moved),
-- with the first reason its data bears out. Without a prior final nothing is held.
with carried as (
    select feedback_code
    from {{ ref('fct_feedback_period') }}
    where carried_in = 1
),

issued as (
    select
        final.*,
        cast(final.received_at as date) as received_on,
        cast(final.closed_at as date) as closed_on
    from {{ source('landed', 'prior_feedback') }} as final
),

-- What is counted by a version an office below issued is known by it.
below as (
    select *
    from {{ ref('int_issued_feedback') }}
    where fate = 'counted'
),

now_known as (
    select
        known.feedback_code,
        known.handling_unit_id,
        known.field_code,
        cast(known.received_at as date) as received_on,
        cast(outcome.closed_at as date) as closed_on,
        outcome.fate,
        known.delivery_id,
        known.source_file,
        known.source_sheet,
        known.source_row
    from {{ ref('int_feedback_known') }} as known
    inner join {{ ref('int_feedback_outcome') }} as outcome on known.feedback_code = outcome.feedback_code
    left join below on known.feedback_code = below.feedback_code
    where below.feedback_code is null
    union all
    select
        feedback_code,
        handling_unit_id,
        field_code,
        cast(received_at as date) as received_on,
        cast(closed_at as date) as closed_on,
        fate,
        delivery_id,
        source_file,
        source_sheet,
        source_row
    from below
),

delivered_before as (
    select distinct row_of.feedback_code
    from {{ ref('int_feedback_row_ranked') }} as row_of
    inner join {{ source('landed', 'prior_delivery') }} as delivery on row_of.delivery_id = delivery.delivery_id
),

both_sides as (
    select feedback_code from carried
    union
    select feedback_code
    from issued
    where is_pending
),

compared as (
    select
        both_sides.feedback_code,
        case
            when carried.feedback_code is null then 'left'
            when issued.feedback_code is null or not issued.is_pending then 'entered'
            else 'moved'
        end as side,
        issued.feedback_code is not null as was_known,
        now_known.feedback_code is not null as is_known,
        delivered_before.feedback_code is null as is_delivered_later,
        coalesce(issued.handling_unit_id <> now_known.handling_unit_id, false) as is_other_unit,
        coalesce(issued.field_code <> now_known.field_code, false) as is_other_field,
        issued.fate as prior_fate,
        issued.received_on as prior_received_on,
        issued.closed_on as prior_closed_on,
        issued.handling_unit_id as prior_handling_unit_id,
        issued.field_code as prior_field_code,
        now_known.handling_unit_id,
        now_known.field_code,
        now_known.fate,
        now_known.received_on,
        now_known.closed_on,
        now_known.delivery_id,
        now_known.source_file,
        now_known.source_sheet,
        now_known.source_row,
        question.prior_issue,
        question.period_start
    from both_sides
    cross join {{ ref('stg_question') }} as question
    left join carried on both_sides.feedback_code = carried.feedback_code
    left join issued on both_sides.feedback_code = issued.feedback_code
    left join now_known on both_sides.feedback_code = now_known.feedback_code
    left join delivered_before on both_sides.feedback_code = delivered_before.feedback_code
    where question.prior_issue is not null
),

reasoned as (
    select
        compared.*,
        case
            when side = 'moved' and is_other_unit then 'unit_reassigned'
            when side = 'moved' then 'field_reclassified'
            when prior_fate = 'issued_by_unit' or fate = 'issued_by_unit' then 'issued_by_unit'
            when side = 'left' and not is_known then 'deleted_feedback'
            when side = 'left' and fate = 'refused' then 'refused_later'
            when side = 'left' and fate = 'out_of_scope' then 'out_of_scope_later'
            when side = 'entered' and not was_known and is_delivered_later then 'late_entry'
            when side = 'entered' and not was_known then 'previously_unknown'
            when side = 'entered' and prior_fate in ('refused', 'out_of_scope') then 'taken_up_again'
            when side = 'entered' and prior_fate = 'no_received_date' then 'late_entry'
            when prior_received_on <> received_on then 'date_changed'
            when side = 'entered' and prior_closed_on is not null and closed_on is null then 'reopened'
            when side = 'entered' and prior_closed_on <> closed_on then 'date_changed'
            when side = 'left' and closed_on < period_start then 'late_entry'
            else 'unexplained'
        end as reason_code
    from compared
    where side <> 'moved' or is_other_unit or is_other_field
)

select
    feedback_code,
    side,
    reason_code,
    case reason_code
        when 'unit_reassigned' then 'chuyển sang đơn vị khác xử lý'
        when 'field_reclassified' then 'được xếp sang lĩnh vực khác'
        when 'deleted_feedback' then 'không còn trong các tệp được dùng (tệp bị rút hoặc được thay)'
        when 'refused_later' then 'bị từ chối sau khi kỳ trước đã chốt'
        when 'out_of_scope_later' then 'sau khi kỳ trước đã chốt mới xác định không phải phản ánh, kiến nghị'
        when 'late_entry' then 'đơn vị gửi hoặc cập nhật muộn, sau khi kỳ trước đã chốt'
        when 'previously_unknown' then 'tệp đã nhận từ trước nhưng khi đó không đọc được'
        when 'taken_up_again' then 'kỳ trước bị từ chối hoặc bị loại, nay được xử lý lại'
        when 'date_changed' then 'ngày tiếp nhận hoặc ngày trả lời bị sửa'
        when 'reopened' then 'đã trả lời rồi mở lại'
        when 'issued_by_unit' then 'một trong hai kỳ, số liệu theo bản phát hành của đơn vị'
        else 'chưa rõ lý do'
    end as reason,
    prior_issue,
    prior_handling_unit_id,
    prior_field_code,
    handling_unit_id,
    field_code,
    prior_received_on,
    received_on,
    prior_closed_on,
    closed_on,
    delivery_id,
    source_file,
    source_sheet,
    source_row
from reasoned
