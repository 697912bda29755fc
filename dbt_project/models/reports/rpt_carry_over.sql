-- Column 6 of a period is column 11 of the final before it, per unit and field. Here is each dossier that breaks this:
-- carried in and not pending before (entered), pending before and not carried in (left), or in both under another unit
-- or field (moved), with the first reason of domain/05 5.5 its data bears out. Without a prior final nothing is held.
with carried as (
    select dossier_code
    from {{ ref('fct_dossier_period') }}
    where carried_in = 1
),

issued as (
    select
        issued.*,
        cast(issued.received_at as date) as received_on,
        cast(issued.closed_at as date) as closed_on
    from {{ source('landed', 'prior_dossier') }} as issued
),

below as (
    select *
    from {{ ref('int_issued_dossier') }}
    where fate = 'counted'
),

-- What is known now of every dossier, counted or not.
now_known as (
    select
        known.dossier_code,
        known.receiving_unit_id,
        placed.department_unit_id,
        placed.row_unit_id,
        placed.level_section_code,
        placed.field_code,
        cast(known.received_at as date) as received_on,
        cast(known.finished_at as date) as finished_on,
        cast(outcome.closed_at as date) as closed_on,
        outcome.fate,
        known.delivery_id,
        known.source_file,
        known.source_sheet,
        known.source_row
    from {{ ref('int_dossier_known') }} as known
    inner join {{ ref('int_dossier_outcome') }} as outcome on known.dossier_code = outcome.dossier_code
    inner join {{ ref('int_dossier_placed') }} as placed on known.dossier_code = placed.dossier_code
    left join below on known.dossier_code = below.dossier_code
    where below.dossier_code is null
    union all
    select
        dossier_code,
        receiving_unit_id,
        department_unit_id,
        row_unit_id,
        level_section_code,
        field_code,
        cast(received_at as date) as received_on,
        cast(finished_at as date) as finished_on,
        cast(closed_at as date) as closed_on,
        fate,
        delivery_id,
        source_file,
        source_sheet,
        source_row
    from below
),

-- Dossiers of a file that had come before that final was made, counted in it or refused.
delivered_before as (
    select distinct row_of.dossier_code
    from {{ ref('int_case_row_ranked') }} as row_of
    inner join {{ source('landed', 'prior_delivery') }} as delivery on row_of.delivery_id = delivery.delivery_id
),

lost_to_another_unit as (
    select distinct
        dossier_code,
        receiving_unit_id
    from {{ ref('int_dossier_duplicates') }}
    where duplicate_kind = 'other_unit'
),

both_sides as (
    select dossier_code from carried
    union
    select dossier_code
    from issued
    where is_pending
),

compared as (
    select
        both_sides.dossier_code,
        case
            when carried.dossier_code is null then 'left'
            when issued.dossier_code is null or not issued.is_pending then 'entered'
            else 'moved'
        end as side,
        issued.dossier_code is not null as was_known,
        now_known.dossier_code is not null as is_known,
        coalesce(issued.receiving_unit_id <> now_known.receiving_unit_id, false) as is_other_receiver,
        coalesce(issued.receiving_unit_id, '') <> coalesce(now_known.receiving_unit_id, '')
        or coalesce(issued.department_unit_id, '') <> coalesce(now_known.department_unit_id, '')
        or coalesce(issued.row_unit_id, '') <> coalesce(now_known.row_unit_id, '') as is_other_unit,
        coalesce(issued.level_section_code, '') <> coalesce(now_known.level_section_code, '')
        or coalesce(issued.field_code, '') <> coalesce(now_known.field_code, '') as is_other_field,
        lost_to_another_unit.dossier_code is not null as is_duplicate_now,
        delivered_before.dossier_code is null as is_delivered_later,
        issued.fate as prior_fate,
        issued.reason_code as prior_reason,
        issued.received_on as prior_received_on,
        cast(issued.finished_at as date) as prior_finished_on,
        issued.closed_on as prior_closed_on,
        issued.receiving_unit_id as prior_receiving_unit_id,
        issued.row_unit_id as prior_row_unit_id,
        issued.level_section_code as prior_level_section_code,
        issued.field_code as prior_field_code,
        now_known.receiving_unit_id,
        now_known.row_unit_id,
        now_known.level_section_code,
        now_known.field_code,
        now_known.fate,
        now_known.received_on,
        now_known.finished_on,
        now_known.closed_on,
        now_known.delivery_id,
        now_known.source_file,
        now_known.source_sheet,
        now_known.source_row,
        question.prior_issue,
        question.period_start,
        question.prior_changed_switches
    from both_sides
    cross join {{ ref('stg_question') }} as question
    left join carried on both_sides.dossier_code = carried.dossier_code
    left join issued on both_sides.dossier_code = issued.dossier_code
    left join now_known on both_sides.dossier_code = now_known.dossier_code
    left join delivered_before on both_sides.dossier_code = delivered_before.dossier_code
    left join lost_to_another_unit
        on
            both_sides.dossier_code = lost_to_another_unit.dossier_code
            and issued.receiving_unit_id = lost_to_another_unit.receiving_unit_id
    where question.prior_issue is not null
),

reasoned as (
    select
        compared.*,
        case
            when side = 'moved' and is_other_receiver and is_duplicate_now then 'duplicate_removed'
            when side = 'moved' and is_other_unit then 'unit_reassigned'
            when side = 'moved' and prior_changed_switches like '%counting_unit%' then 'rule_changed'
            when side = 'moved' then 'field_reclassified'
            when prior_fate = 'declared_by_unit' or fate = 'declared_by_unit' then 'declared_by_unit'
            when prior_fate = 'issued_by_unit' or fate = 'issued_by_unit' then 'issued_by_unit'
            when side = 'entered' and not was_known and is_delivered_later then 'late_entry'
            when side = 'entered' and not was_known then 'previously_unknown'
            when side = 'entered' and prior_fate = 'not_accepted' then 'late_entry'
            when side = 'left' and (not is_known or fate = 'deleted_dossier') then 'deleted_dossier'
            when side = 'left' and fate = 'not_accepted' then 'status_regression'
            when prior_received_on <> received_on then 'date_changed'
            when side = 'entered' and prior_finished_on is not null and finished_on is null then 'status_regression'
            when side = 'entered' and prior_finished_on <> finished_on then 'date_changed'
            when side = 'entered' and prior_reason = 'awaiting_supplement' then 'supplement_returned'
            when side = 'left' and prior_finished_on is null and closed_on < period_start then 'late_entry'
            when side = 'left' and prior_finished_on <> finished_on then 'date_changed'
            when (prior_fate = 'excluded_vertical' or fate = 'excluded_vertical') and is_other_unit then 'unit_reassigned'
            when (prior_fate = 'excluded_vertical' or fate = 'excluded_vertical') and is_other_field then 'field_reclassified'
            when coalesce(prior_changed_switches, '') <> '' then 'rule_changed'
            when side = 'left' and fate = 'excluded_returned' then 'excluded_by_rule'
            else 'unexplained'
        end as reason_code
    from compared
    where side <> 'moved' or is_other_unit or is_other_field
)

select
    dossier_code,
    side,
    reason_code,
    case reason_code
        when 'late_entry' then 'đơn vị gửi hoặc cập nhật muộn, sau khi kỳ trước đã chốt'
        when 'deleted_dossier' then 'hồ sơ không còn trong danh sách đầy đủ mới hơn, hoặc tệp có hồ sơ đã bị rút, được thay'
        when 'status_regression' then 'trạng thái bị lùi lại (thu hồi kết quả, trả về chưa tiếp nhận)'
        when 'date_changed' then 'ngày tiếp nhận hoặc ngày xong bị sửa'
        when 'unit_reassigned' then 'hồ sơ chuyển sang đơn vị khác'
        when 'field_reclassified' then 'thủ tục được xếp sang lĩnh vực hoặc cấp khác'
        when 'duplicate_removed' then 'hồ sơ trùng, nay tính cho đơn vị khác'
        when 'previously_unknown' then 'tệp đã nhận từ trước nhưng khi đó không đọc được'
        when 'supplement_returned' then 'kỳ trước tính là đã xong khi chờ bổ sung, nay đã bổ sung'
        when 'excluded_by_rule' then 'hồ sơ trả lại, rút không được tính theo quy tắc của đơn vị'
        when 'rule_changed' then 'kỳ trước đếm theo quy tắc khác'
        when 'declared_by_unit' then 'một trong hai kỳ, số liệu do đơn vị tự kê'
        when 'issued_by_unit' then 'một trong hai kỳ, số liệu theo bản phát hành của đơn vị'
        else 'chưa rõ lý do'
    end as reason,
    prior_issue,
    prior_receiving_unit_id,
    prior_row_unit_id,
    prior_level_section_code,
    prior_field_code,
    receiving_unit_id,
    row_unit_id,
    level_section_code,
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
