-- Whole dossiers per cell and group: each its whole part, then one more to the greatest remainders, until the parts make
-- the total of the office, rounded half up. No more is resolved than is pending in time or received: nothing falls below 0.
with received_quota as (
    select
        cell_id,
        max(denominator) as denominator,
        sum(numerator) as numerator
    from {{ ref('int_estimate_quota') }}
    where group_code = 'received'
    group by cell_id
),

received_parts as (
    select
        cell_id,
        denominator,
        {{ whole_part('numerator', 'denominator') }} as whole,
        mod(numerator, denominator) as remainder
    from received_quota
),

received_total as (
    select {{ whole_part('(2 * sum(remainder) + max(denominator))', '(2 * max(denominator))') }} as left_over
    from received_parts
),

received as (
    select
        parts.cell_id,
        parts.whole + case
            when row_number() over (order by parts.remainder desc, parts.cell_id asc) <= received_total.left_over then 1
            else 0
        end as added
    from received_parts as parts
    cross join received_total
),

pending as (
    select
        receiving_unit_id || '|' || coalesce(department_unit_id, '') || '|' || coalesce(level_section_code, '') || '|'
        || coalesce(unit_section_code, '') || '|' || coalesce(row_unit_id, '') || '|' || field_code as cell_id,
        sum(pending_in_time) as pending_in_time
    from {{ ref('fct_dossier_period') }}
    group by receiving_unit_id, department_unit_id, level_section_code, unit_section_code, row_unit_id, field_code
),

resolved_quota as (
    select
        cell_id,
        max(denominator) as denominator,
        sum(numerator) as numerator
    from {{ ref('int_estimate_quota') }}
    where group_code = 'resolved'
    group by cell_id
),

resolved_limited as (
    select
        quota.cell_id,
        quota.denominator,
        quota.numerator > (coalesce(pending.pending_in_time, 0) + coalesce(received.added, 0)) * quota.denominator as is_limited,
        case
            when quota.numerator > (coalesce(pending.pending_in_time, 0) + coalesce(received.added, 0)) * quota.denominator
                then (coalesce(pending.pending_in_time, 0) + coalesce(received.added, 0)) * quota.denominator
            else quota.numerator
        end as numerator
    from resolved_quota as quota
    left join pending on quota.cell_id = pending.cell_id
    left join received on quota.cell_id = received.cell_id
),

resolved_parts as (
    select
        cell_id,
        denominator,
        is_limited,
        {{ whole_part('numerator', 'denominator') }} as whole,
        mod(numerator, denominator) as remainder
    from resolved_limited
),

resolved_total as (
    select {{ whole_part('(2 * sum(remainder) + max(denominator))', '(2 * max(denominator))') }} as left_over
    from resolved_parts
),

resolved as (
    select
        parts.cell_id,
        parts.is_limited,
        parts.whole + case
            when row_number() over (order by parts.remainder desc, parts.cell_id asc) <= resolved_total.left_over then 1
            else 0
        end as added
    from resolved_parts as parts
    cross join resolved_total
)

select
    cell_id,
    'received' as group_code,
    added,
    false as is_limited
from received
union all
select
    cell_id,
    'resolved' as group_code,
    added,
    is_limited
from resolved
