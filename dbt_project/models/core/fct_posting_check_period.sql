-- Checks of the posting of procedures in the period; the last of each unit and place has the amounts. What is posted
-- though no longer in force is a finding of its own and adds to nothing (domain/08 8.1).
with spoken as (
    select
        record.*,
        case
            when record.is_latest and record.posting_kind = 'procedures' then record.posting_place
        end as counted_place
    from {{ ref('int_posting_check_latest') }} as record
)

select
    record_id,
    check_code,
    reporting_unit_id,
    posting_kind,
    posting_place,
    checked_on,
    case when counted_place = 'wall' then in_force else 0 end as wall_in_force,
    case when counted_place = 'wall' then posted else 0 end as wall_posted,
    case when counted_place = 'wall' then catalogue_in_force else 0 end as wall_catalogue,
    case when counted_place = 'portal' then in_force else 0 end as portal_in_force,
    case when counted_place = 'portal' then posted else 0 end as portal_posted,
    case when counted_place = 'portal' then catalogue_in_force else 0 end as portal_catalogue,
    case when counted_place is not null then expired_posted else 0 end as expired_posted,
    case when counted_place is not null and in_force <> catalogue_in_force then 1 else 0 end as places_differing,
    case when counted_place = 'wall' then 1 else 0 end as wall_checks,
    case when counted_place = 'portal' then 1 else 0 end as portal_checks,
    case
        when not is_latest then 'earlier_check'
        when posting_kind = 'feedback_address' then 'feedback_address'
        when in_force <> catalogue_in_force then 'differs_from_catalogue'
        else 'latest_check'
    end as reason_code,
    row_id,
    delivery_id,
    source_file,
    source_sheet,
    source_row,
    flags
from spoken
