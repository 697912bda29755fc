-- Every row with the unit it is of on the last counted day, and its place among the rows of its dossier in its file.
-- What a unit that was taken over received is of the unit that answers for it on the last counted day (domain/11); what
-- a later unit shows of it is of the unit of that day.
with named as (
    select
        keyed.*,
        coalesce(succeeded.current_unit_id, keyed.named_unit_id) as current_unit_id
    from {{ ref('int_case_row_keyed') }} as keyed
    left join {{ ref('int_unit_succeeded') }} as succeeded on keyed.named_unit_id = succeeded.unit_id
),

of_the_day as (
    select
        later.dossier_key,
        later.current_unit_id as later_unit_id,
        earlier.current_unit_id as unit_id,
        row_number() over (
            partition by later.dossier_key, later.current_unit_id
            order by earlier.observed_at, earlier.delivery_receipt_no, earlier.delivery_id
        ) as unit_rank
    from named as later
    inner join {{ ref('int_unit_later') }} as takeover on later.current_unit_id = takeover.later_unit_id
    inner join named as earlier
        on later.dossier_key = earlier.dossier_key and takeover.unit_id = earlier.current_unit_id
)

select
    named.*,
    coalesce(unit.unit_id, 'unknown') as receiving_unit_id,
    coalesce(unit.unit_kind, 'unknown') as receiving_unit_kind,
    named.finished_at is null
    and {{ count_group('named.status') }} not in ('resolved', 'closed_without_result')
    and coalesce(named.status, '') <> 'rejected_at_intake' as is_open,
    row_number() over (
        partition by named.dossier_key, named.delivery_id
        order by named.source_row desc, named.row_id desc
    ) as rank_in_delivery
from named
left join of_the_day
    on
        named.dossier_key = of_the_day.dossier_key
        and named.current_unit_id = of_the_day.later_unit_id
        and of_the_day.unit_rank = 1
left join {{ ref('dim_unit') }} as unit on coalesce(of_the_day.unit_id, named.current_unit_id) = unit.unit_id
