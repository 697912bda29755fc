-- Every typed row of a counted delivery is landed and has exactly one fate; no fate is of a row that was not typed. Of a
-- file that another replaces in part only some rows are landed.
with typed as (
    select
        delivery_id,
        count(*) as row_count
    from (
        {% for stream in streams() %}
            select delivery_id from {{ ref('stg_' ~ stream) }}
            {{ "union all" if not loop.last }}
        {% endfor %}
    ) as row_of
    group by delivery_id
),

fated as (
    select
        delivery_id,
        count(*) as row_count,
        count(distinct row_id) as distinct_count
    from {{ ref('int_row_fate') }}
    group by delivery_id
),

known as (
    select
        delivery_id,
        rows_typed
    from {{ ref('stg_delivery') }}
    where is_counted and state <> 'partly_replaced' and rows_typed is not null
)

select
    typed.delivery_id,
    fated.delivery_id as fated_delivery_id,
    known.delivery_id as known_delivery_id
from typed
full outer join fated on typed.delivery_id = fated.delivery_id
full outer join known on typed.delivery_id = known.delivery_id
where
    coalesce(typed.row_count, 0) <> coalesce(fated.row_count, 0)
    or coalesce(fated.row_count, 0) <> coalesce(fated.distinct_count, 0)
    or known.rows_typed <> coalesce(typed.row_count, 0)
