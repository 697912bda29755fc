-- Whether the files that decide a dossier have columns of apologies, causes and fees: without one the value is unknown, not 0.
with delivered as (
    select
        delivery_id,
        max(case when column_name = 'apology_at' then 1 else 0 end) as tells_apology,
        max(case when column_name = 'overdue_cause' then 1 else 0 end) as tells_cause,
        max(case when column_name in ('fee_due', 'fee_paid', 'fee_kind', 'paid_at') then 1 else 0 end) as tells_fee
    from {{ source('landed', 'delivery_column') }}
    group by delivery_id
)

select
    known.dossier_code,
    known.apology_at is not null or coalesce(newest.tells_apology, 0) = 1 as tells_apology,
    known.overdue_cause is not null or coalesce(as_of_day.tells_cause, 0) = 1 as tells_cause,
    coalesce(as_of_day.tells_fee, 0) = 1 as tells_fee
from {{ ref('int_dossier_known') }} as known
left join delivered as newest on known.delivery_id = newest.delivery_id
left join delivered as as_of_day on known.remark_delivery_id = as_of_day.delivery_id
