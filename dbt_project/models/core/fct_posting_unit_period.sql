-- Units that owe their posting checks, or sent some: what each has to post by our catalogue, whether a check of it is seen,
-- and whether it posts the address for feedback at every place it looked at (domain/03, areas III and V).
with units as (
    select unit_id
    from {{ ref('rpt_coverage') }}
    where stream = 'posting_checks'
    union
    select reporting_unit_id as unit_id
    from {{ ref('int_posting_check_latest') }}
),

owed as (
    select
        obligation.unit_id,
        min(obligation.source_row) as source_row
    from {{ source('landed', 'obligation') }} as obligation
    cross join {{ ref('stg_question') }} as question
    where
        obligation.stream = 'posting_checks'
        and coalesce(obligation.valid_from, question.period_end) <= question.period_end
        and coalesce(obligation.valid_to, question.period_end) >= question.period_end
    group by obligation.unit_id
),

seen as (
    select
        reporting_unit_id,
        max(case when posting_kind = 'procedures' then 1 else 0 end) as procedure_check,
        max(case when posting_kind = 'feedback_address' then 1 else 0 end) as feedback_check,
        max(case when posting_kind = 'feedback_address' and (posted < in_force or posted = 0) then 1 else 0 end)
            as feedback_missing
    from {{ ref('int_posting_check_latest') }}
    where is_latest
    group by reporting_unit_id
)

select
    units.unit_id as reporting_unit_id,
    unit.name_vi as unit_name,
    question.period_start as from_on,
    question.until_on as to_on,
    coalesce(catalogue.catalogue_in_force, 0) as catalogue_in_force,
    1 as units_owed,
    coalesce(seen.procedure_check, 0) as units_checked,
    1 - coalesce(seen.procedure_check, 0) as units_unchecked,
    coalesce(seen.feedback_check, 0) as feedback_units_checked,
    case when seen.feedback_check = 1 and seen.feedback_missing = 0 then 1 else 0 end as feedback_units_posted,
    case
        when coalesce(seen.procedure_check, 0) = 0 then 'not_checked'
        when coalesce(seen.feedback_check, 0) = 0 then 'feedback_not_checked'
        when seen.feedback_missing = 1 then 'feedback_not_posted'
        else 'checked'
    end as reason_code,
    cast(null as {{ text_type() }}) as delivery_id,
    'reference/obligations.csv' as source_file,
    cast(null as {{ text_type() }}) as source_sheet,
    owed.source_row
from units
cross join {{ ref('stg_question') }} as question
left join {{ ref('dim_unit') }} as unit on units.unit_id = unit.unit_id
left join owed on units.unit_id = owed.unit_id
left join seen on units.unit_id = seen.reporting_unit_id
left join {{ ref('int_posting_catalogue') }} as catalogue on units.unit_id = catalogue.unit_id
