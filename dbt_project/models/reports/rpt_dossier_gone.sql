-- Dossiers that were open and that the newest export as of the asked day does not show any more: those a population export
-- lacks are out of what is pending (deleted_dossier) until somebody says what became of them; of those whose export need
-- not have every dossier nothing is known since (not_seen_since), and they count as last seen.
with known as (
    select
        known.dossier_code,
        known.written_code,
        known.receiving_unit_id,
        known.received_at,
        known.due_at,
        known.delivery_id,
        known.source_file,
        known.source_sheet,
        known.source_row,
        holder.sighting,
        holder.seen_at,
        holder.as_of_at,
        outcome.fate,
        outcome.outcome
    from {{ ref('int_dossier_known') }} as known
    inner join {{ ref('int_dossier_holder') }} as holder on known.dossier_code = holder.dossier_code and holder.owner_rank = 1
    inner join {{ ref('int_dossier_outcome') }} as outcome on known.dossier_code = outcome.dossier_code
),

-- The file in which it is missing; of an export in parts, the first.
lacking as (
    select
        sighting.dossier_code,
        sighting.receiving_unit_id,
        sighting.as_of_at,
        delivery.delivery_id,
        delivery.file_name,
        row_number() over (
            partition by sighting.dossier_code, sighting.receiving_unit_id
            order by sighting.as_of_at desc, delivery.delivery_id asc
        ) as lacking_rank
    from {{ ref('int_dossier_sighting') }} as sighting
    inner join {{ ref('stg_delivery') }} as delivery
        on
            sighting.sender_unit_id = delivery.unit_id
            and sighting.profile_id = coalesce(delivery.profile_id, '')
            and sighting.as_of_at = delivery.observed_at
            and delivery.stream = 'case_exports'
            and delivery.is_counted
)

select
    known.dossier_code,
    known.written_code,
    known.receiving_unit_id,
    unit.name_vi as unit_name,
    unit.sort_no,
    case when known.fate = 'deleted_dossier' then 'deleted_dossier' else 'not_seen_since' end as kind,
    known.received_at,
    known.due_at,
    known.seen_at,
    known.as_of_at as missing_at,
    lacking.delivery_id as missing_delivery_id,
    lacking.file_name as missing_file_name,
    known.delivery_id,
    known.source_file,
    known.source_sheet,
    known.source_row
from known
inner join {{ ref('dim_unit') }} as unit on known.receiving_unit_id = unit.unit_id
left join lacking
    on
        known.dossier_code = lacking.dossier_code
        and known.receiving_unit_id = lacking.receiving_unit_id
        and lacking.lacking_rank = 1
where
    known.fate = 'deleted_dossier'
    or (known.sighting = 'not_seen_since' and known.outcome in ('pending_in_time', 'pending_overdue'))
