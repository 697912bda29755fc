-- One row a dossier and unit that shows it, and its place among them: the unit whose newest export by the asked day shows
-- the dossier owns it; where two show it at once, the ward before the desk (domain/05 5.6). A row that was sent back from
-- any unit's export of the day or a later one shows that the dossier is not gone, though it says nothing of it.
with sent_back as (
    select distinct rejected.record_code
    from {{ ref('stg_rejected_row') }} as rejected
    inner join {{ ref('stg_delivery') }} as delivery
        on
            rejected.delivery_id = delivery.delivery_id
            and delivery.is_counted
            and delivery.stream = 'case_exports'
    inner join {{ ref('int_export_moment') }} as newest
        on
            delivery.unit_id = newest.sender_unit_id
            and coalesce(delivery.profile_id, '') = newest.profile_id
            and newest.as_of_rank = 1
            and delivery.observed_at >= newest.observed_at
),

by_unit as (
    select
        dossier_code,
        receiving_unit_id,
        receiving_unit_kind,
        min(
            case sighting
                when 'shown' then 1
                when 'not_seen_since' then 2
                when 'shown_later' then 3
                else 4
            end
        ) as sighting_order,
        max(seen_at) as seen_at,
        max(last_seen_at) as last_seen_at,
        max(as_of_at) as as_of_at
    from {{ ref('int_dossier_sighting') }}
    group by dossier_code, receiving_unit_id, receiving_unit_kind
),

in_order as (
    select
        by_unit.*,
        row_number() over (
            partition by dossier_code
            order by
                sighting_order asc,
                case when sighting_order = 4 then seen_at end desc,
                case receiving_unit_kind
                    when 'ward' then 1
                    when 'one_stop_desk' then 2
                    when 'department' then 3
                    when 'city' then 4
                    when 'vertical_agency' then 5
                    else 6
                end asc,
                last_seen_at desc,
                receiving_unit_id asc
        ) as owner_rank
    from by_unit
)

select
    in_order.dossier_code,
    in_order.receiving_unit_id,
    in_order.receiving_unit_kind,
    case
        when in_order.sighting_order = 1 then 'shown'
        when in_order.sighting_order = 2 then 'not_seen_since'
        when in_order.sighting_order = 3 then 'shown_later'
        when in_order.owner_rank = 1 and sent_back.record_code is not null then 'not_seen_since'
        else 'gone'
    end as sighting,
    in_order.seen_at,
    in_order.last_seen_at,
    in_order.as_of_at,
    in_order.owner_rank
from in_order
left join sent_back on in_order.dossier_code = sent_back.record_code
