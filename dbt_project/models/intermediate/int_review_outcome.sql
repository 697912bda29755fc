-- What a record is in the period: reported in it, late against the plan, or the one reason why it is neither; and what
-- its proposal counts as.
with record as (
    select
        known.*,
        question.period_start,
        question.until_on,
        section.section_code as plan_section_code,
        known.reported_on <= question.until_on
        -- A status nobody mapped leaves the word to the date of the report.
        and coalesce(known.status, 'unknown') in ('reported', 'approved', 'implemented', 'unknown') as is_reported_by_then,
        known.proposal_kind in ('amend', 'replace', 'abolish', 'new') as is_proposal
    from {{ ref('int_review_known') }} as known
    cross join {{ ref('stg_question') }} as question
    -- Only what is said to be in the plan is in it.
    inner join {{ ref('int_review_section') }} as section
        on section.applies_to = case when known.in_plan = 'yes' then 'in_plan' else 'outside_plan' end
),

fated as (
    select
        record.*,
        coalesce(is_reported_by_then and reported_on >= period_start, false) as is_reported,
        coalesce(
            in_plan = 'yes'
            and planned_end_on < until_on
            and not coalesce(is_reported_by_then, false)
            and coalesce(as_of_status, '') <> 'cancelled',
            false
        ) as is_planned_late
    from record
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
    plan_section_code,
    planned_end_on,
    reported_on,
    status,
    proposal_kind,
    competence,
    proposed_to,
    document_number,
    document_key,
    cost_before,
    cost_after,
    is_reported,
    is_planned_late,
    case
        when not is_reported then null
        -- Without a word for the document, or with one nobody mapped, it goes the way of its procedure.
        when document_action in ('amend', 'replace', 'abolish', 'new') then document_action
        when is_proposal then proposal_kind
    end as document_action,
    case
        when is_reported or is_planned_late then 'counted'
        when is_reported_by_then then 'reported_before'
        when status = 'cancelled' then 'cancelled'
        when reported_on > until_on then 'reported_after'
        else 'not_reported'
    end as fate,
    case
        when is_planned_late then 'planned_late'
        when not is_reported then null
        when proposal_kind = 'keep' then 'kept'
        when not coalesce(is_proposal, false) then 'unknown_proposal'
        when competence = 'higher' then 'proposed'
        when coalesce(competence, '') <> 'own' then 'unknown_competence'
        when proposal_kind = 'amend' then 'own_amended'
        when proposal_kind = 'replace' then 'own_replaced'
        when proposal_kind = 'abolish' then 'own_abolished'
        else 'own_new'
    end as reason_code,
    flags,
    delivery_id,
    source_file,
    source_sheet,
    source_row
from fated
