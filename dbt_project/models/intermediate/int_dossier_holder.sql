-- One row a dossier and unit that shows it, and its place among them: the unit whose newest export by the asked day shows
-- the dossier owns it; where two show it at once, the ward before the desk (domain/05 5.6).
with by_unit as (
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
)

select
    dossier_code,
    receiving_unit_id,
    receiving_unit_kind,
    case sighting_order
        when 1 then 'shown'
        when 2 then 'not_seen_since'
        when 3 then 'shown_later'
        else 'gone'
    end as sighting,
    seen_at,
    last_seen_at,
    as_of_at,
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
