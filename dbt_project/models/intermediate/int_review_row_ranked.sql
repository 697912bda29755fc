-- Every row with the unit that reviews, and its place among the rows of that unit and procedure: the newest delivery
-- first, and for what a unit overwrites (status, planned end) the delivery nearest to the as-of day.
with placed as (
    select
        row_of.*,
        question.as_of,
        case
            when row_of.unit_from = 'column' then coalesce(unit_key.unit_id, 'unknown')
            else coalesce(row_of.sender_unit_id, 'unknown')
        end as named_unit_id
    from {{ ref('stg_review_submissions') }} as row_of
    cross join {{ ref('stg_question') }} as question
    left join {{ source('landed', 'unit_alias') }} as unit_key on row_of.reviewing_unit_key = unit_key.unit_key
),

with_unit as (
    select
        placed.*,
        coalesce(unit.unit_id, 'unknown') as reviewing_unit_id,
        coalesce(unit.sort_no, 999999) as unit_sort_no
    from placed
    left join {{ ref('int_unit_succeeded') }} as succeeded on placed.named_unit_id = succeeded.unit_id
    left join {{ ref('dim_unit') }} as unit on coalesce(succeeded.current_unit_id, placed.named_unit_id) = unit.unit_id
)

select
    row_id,
    procedure_code,
    reviewing_unit_id,
    unit_sort_no,
    procedure_name,
    field_name,
    in_plan,
    planned_end_on,
    status,
    proposal_kind,
    competence,
    proposed_to,
    document_number,
    document_action,
    cost_before,
    cost_after,
    hours_before,
    other_cost_before,
    fee_before,
    hours_after,
    other_cost_after,
    fee_after,
    wage_per_hour,
    times_per_year,
    subjects_per_year,
    reported_on,
    flags,
    delivery_id,
    delivery_receipt_no,
    observed_at,
    shown_on,
    source_file,
    source_sheet,
    source_row,
    reviewing_unit_id || ':' || procedure_code as review_record_id,
    row_number() over (
        partition by reviewing_unit_id, procedure_code
        order by observed_at desc, delivery_receipt_no desc, delivery_id desc, source_row desc, row_id desc
    ) as record_rank,
    row_number() over (
        partition by reviewing_unit_id, procedure_code
        order by
            {{ as_of_order('as_of') }},
            delivery_receipt_no desc,
            delivery_id desc,
            source_row desc,
            row_id desc
    ) as as_of_rank
from with_unit
