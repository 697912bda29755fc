-- The rows with fate 'counted' are exactly the facts, dossier by dossier and row by row.
with counted as (
    select
        dossier_code,
        row_id
    from {{ ref('int_case_row_fate') }}
    where fate = 'counted'
    union all
    select
        dossier_code,
        row_id
    from {{ ref('int_issued_dossier') }}
    where fate = 'counted'
)

select
    counted.dossier_code,
    fact.dossier_code as fact_dossier_code
from counted
full outer join {{ ref('fct_dossier_period') }} as fact
    on counted.dossier_code = fact.dossier_code and counted.row_id = fact.row_id
where counted.dossier_code is null or fact.dossier_code is null
