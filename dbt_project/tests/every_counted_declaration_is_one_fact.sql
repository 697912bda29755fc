-- The declared rows with fate 'counted' are exactly the declared facts, row by row.
with counted as (
    select row_id
    from {{ ref('int_declared_row') }}
    where fate = 'counted'
),

fact as (
    select declared_id
    from {{ ref('fct_declared_period') }}
    where kind = 'declared_by_unit'
)

select
    counted.row_id,
    fact.declared_id
from counted
full outer join fact on 'declared_by_unit|' || counted.row_id = fact.declared_id
where counted.row_id is null or fact.declared_id is null
