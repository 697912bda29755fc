-- The report of a review is an event: it comes from the newest delivery. Status and planned end, which a unit
-- overwrites, come from the delivery nearest to the as-of day; a status before the report leaves the word to the
-- newest. Costs of a year as stated, else ((hours × wage + other) + fee) × times × subjects (domain/07 7.3).
with joined as (
    select
        newest.*,
        as_of_day.status as as_of_status,
        as_of_day.planned_end_on as as_of_planned_end_on,
        as_of_day.observed_at as status_observed_at,
        (newest.hours_before * newest.wage_per_hour + coalesce(newest.other_cost_before, 0) + coalesce(newest.fee_before, 0))
        * newest.times_per_year * newest.subjects_per_year as year_before,
        (newest.hours_after * newest.wage_per_hour + coalesce(newest.other_cost_after, 0) + coalesce(newest.fee_after, 0))
        * newest.times_per_year * newest.subjects_per_year as year_after
    from {{ ref('int_review_row_ranked') }} as newest
    inner join {{ ref('int_review_row_ranked') }} as as_of_day
        on newest.review_record_id = as_of_day.review_record_id and as_of_day.as_of_rank = 1
    where newest.record_rank = 1
)

select
    review_record_id,
    row_id,
    procedure_code,
    reviewing_unit_id,
    unit_sort_no,
    procedure_name,
    field_name,
    in_plan,
    as_of_planned_end_on as planned_end_on,
    as_of_status,
    case
        when as_of_status in ('reported', 'approved', 'implemented', 'cancelled') then as_of_status
        else status
    end as status,
    status_observed_at,
    proposal_kind,
    competence,
    proposed_to,
    document_number,
    -- One document, however it is spelled: case and spaces do not distinguish two numbers.
    nullif(upper(replace(trim(document_number), ' ', '')), '') as document_key,
    document_action,
    coalesce(cost_before, cast(round(year_before) as bigint)) as cost_before,
    coalesce(
        cost_after,
        cast(round(year_after) as bigint),
        -- What is abolished costs nothing any more.
        case when proposal_kind = 'abolish' then 0 end
    ) as cost_after,
    reported_on,
    flags,
    delivery_id,
    source_file,
    source_sheet,
    source_row
from joined
