-- A draft is of every period between its first and its last known day: it is assessed in one, sent to appraisal in another.
with dated as (
    select
        row_of.*,
        cast(row_of.assessed_on as date) as assessed_day,
        cast(row_of.opinion_on as date) as opinion_day,
        cast(row_of.appraisal_on as date) as appraisal_day
    from {{ source('landed', 'draft_documents') }} as row_of
)

select
    row_of.document_code as record_code,
    row_of.document_kind,
    row_of.procedure_count,
    row_of.assessed_day as assessed_on,
    row_of.opinion_day as opinion_on,
    row_of.appraisal_day as appraisal_on,
    least(
        coalesce(row_of.assessed_day, row_of.appraisal_day, row_of.opinion_day),
        coalesce(row_of.appraisal_day, row_of.assessed_day, row_of.opinion_day)
    ) as from_on,
    greatest(
        coalesce(row_of.assessed_day, row_of.appraisal_day, row_of.opinion_day),
        coalesce(row_of.appraisal_day, row_of.assessed_day, row_of.opinion_day)
    ) as to_on,
    {{ record_lineage() }}
from dated as row_of
inner join {{ ref('stg_delivery') }} as delivery on row_of.delivery_id = delivery.delivery_id
where delivery.is_counted
