-- How each unit shows a dossier as of the asked day, by its series of exports (unit and profile). A row that was sent
-- back is seen all the same: its code is in the file.
with typed_row as (
    select
        placed.dossier_key as dossier_code,
        placed.dossier_code as written_code,
        placed.receiving_unit_id,
        placed.receiving_unit_kind,
        delivery.unit_id as sender_unit_id,
        coalesce(delivery.profile_id, '') as profile_id,
        placed.observed_at,
        placed.is_open,
        placed.rank_in_delivery,
        placed.delivery_id,
        placed.row_id
    from {{ ref('int_case_row_placed') }} as placed
    inner join {{ ref('stg_delivery') }} as delivery on placed.delivery_id = delivery.delivery_id
),

sent_back as (
    select distinct
        known.dossier_code,
        known.receiving_unit_id,
        known.receiving_unit_kind,
        known.sender_unit_id,
        known.profile_id,
        delivery.observed_at
    from {{ ref('stg_rejected_row') }} as rejected
    inner join {{ ref('stg_delivery') }} as delivery on rejected.delivery_id = delivery.delivery_id and delivery.is_counted
    inner join typed_row as known
        on
            rejected.record_code = known.written_code
            and delivery.unit_id = known.sender_unit_id
            and coalesce(delivery.profile_id, '') = known.profile_id
),

seen as (
    select
        dossier_code,
        receiving_unit_id,
        receiving_unit_kind,
        sender_unit_id,
        profile_id,
        observed_at
    from typed_row
    union
    select
        dossier_code,
        receiving_unit_id,
        receiving_unit_kind,
        sender_unit_id,
        profile_id,
        observed_at
    from sent_back
),

in_series as (
    select
        seen.dossier_code,
        seen.receiving_unit_id,
        seen.receiving_unit_kind,
        seen.sender_unit_id,
        seen.profile_id,
        newest.observed_at as as_of_at,
        newest.is_population,
        max(case when seen.observed_at <= newest.observed_at then seen.observed_at end) as seen_at,
        max(seen.observed_at) as last_seen_at
    from seen
    inner join {{ ref('int_export_moment') }} as newest
        on seen.sender_unit_id = newest.sender_unit_id and seen.profile_id = newest.profile_id and newest.as_of_rank = 1
    group by
        seen.dossier_code,
        seen.receiving_unit_id,
        seen.receiving_unit_kind,
        seen.sender_unit_id,
        seen.profile_id,
        newest.observed_at,
        newest.is_population
),

-- Was the dossier open in the last row up to that export: what is done leaves an export in time.
open_then as (
    select
        typed_row.dossier_code,
        typed_row.receiving_unit_id,
        typed_row.sender_unit_id,
        typed_row.profile_id,
        typed_row.is_open,
        row_number() over (
            partition by
                typed_row.dossier_code, typed_row.receiving_unit_id, typed_row.sender_unit_id, typed_row.profile_id
            order by
                case when typed_row.observed_at <= in_series.as_of_at then 0 else 1 end asc,
                typed_row.observed_at desc,
                typed_row.rank_in_delivery asc,
                typed_row.delivery_id desc,
                typed_row.row_id asc
        ) as as_of_order
    from typed_row
    inner join in_series
        on
            typed_row.dossier_code = in_series.dossier_code
            and typed_row.receiving_unit_id = in_series.receiving_unit_id
            and typed_row.sender_unit_id = in_series.sender_unit_id
            and typed_row.profile_id = in_series.profile_id
)

select
    in_series.dossier_code,
    in_series.receiving_unit_id,
    in_series.receiving_unit_kind,
    in_series.sender_unit_id,
    in_series.profile_id,
    in_series.as_of_at,
    in_series.seen_at,
    in_series.last_seen_at,
    case
        when in_series.seen_at = in_series.as_of_at then 'shown'
        when in_series.seen_at is not null and not as_of_row.is_open then 'shown'
        when in_series.seen_at is not null and not in_series.is_population then 'not_seen_since'
        when in_series.last_seen_at > in_series.as_of_at then 'shown_later'
        else 'gone'
    end as sighting
from in_series
inner join open_then as as_of_row
    on
        in_series.dossier_code = as_of_row.dossier_code
        and in_series.receiving_unit_id = as_of_row.receiving_unit_id
        and in_series.sender_unit_id = as_of_row.sender_unit_id
        and in_series.profile_id = as_of_row.profile_id
        and as_of_row.as_of_order = 1
