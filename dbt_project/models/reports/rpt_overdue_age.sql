-- Dossiers pending past their due date, by how long they have been so (int_overdue_age).
with band as (
    select
        1 as band_no,
        'đến 5' as label
    union all
    select
        2 as band_no,
        '6–10' as label
    union all
    select
        3 as band_no,
        '11–20' as label
    union all
    select
        4 as band_no,
        '21–60' as label
    union all
    select
        5 as band_no,
        'trên 60' as label
),

scope as (
    select distinct scope_id
    from {{ ref('dim_scope') }}
),

counted as (
    select
        in_scope.scope_id,
        age.band_no,
        count(*) as pending_overdue
    from {{ ref('int_overdue_age') }} as age
    inner join {{ ref('int_dossier_in_scope') }} as in_scope on age.dossier_code = in_scope.dossier_code
    group by in_scope.scope_id, age.band_no
)

select
    scope.scope_id,
    band.band_no,
    band.label,
    cast(coalesce(counted.pending_overdue, 0) as bigint) as pending_overdue
from scope
cross join band
left join counted on scope.scope_id = counted.scope_id and band.band_no = counted.band_no
