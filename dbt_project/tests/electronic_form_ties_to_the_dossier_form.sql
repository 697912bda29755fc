-- II.08 and II.06a of one scope count the same dossiers: online ones of every level are column 4, the others column 5; a
-- field's row is in II.06a once in each section.
with by_field as (
    select
        scope_id,
        field_code,
        sum(received_online) as received_online,
        sum(received_direct_postal) as received_direct_postal
    from {{ ref('form_ii_06a') }}
    where row_kind = 'row'
    group by scope_id, field_code
),

both_forms as (
    select
        electronic.scope_id,
        electronic.row_code,
        electronic.dossiers_online_level3 + electronic.dossiers_online_level4 + electronic.received_online_other as online_count,
        electronic.dossiers_direct_postal as direct_count,
        case when electronic.row_kind = 'total' then form.received_online else by_field.received_online end as c4,
        case when electronic.row_kind = 'total' then form.received_direct_postal else by_field.received_direct_postal end as c5
    from {{ ref('form_ii_08') }} as electronic
    inner join {{ ref('form_ii_06a') }} as form on electronic.scope_id = form.scope_id and form.row_kind = 'total'
    left join by_field on electronic.scope_id = by_field.scope_id and electronic.field_code = by_field.field_code
)

select
    scope_id,
    row_code
from both_forms
where online_count <> coalesce(c4, 0) or direct_count <> coalesce(c5, 0)
