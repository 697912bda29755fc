-- Procedures reviewed in the period, and those of the plan that are late, once in each form. Saving and cost count
-- together, for own proposals whose costs before and after are both known (domain/07 7.3: Σ saving ÷ Σ cost before).
with counted as (
    select
        ranked.*,
        ranked.reason_code in ('own_amended', 'own_replaced', 'own_abolished', 'own_new') as is_own,
        ranked.cost_before > 0 and ranked.cost_after >= 0 as has_costs
    from {{ ref('int_review_scope_ranked') }} as ranked
    where ranked.scope_rank = 1
)

select
    scope_id || ':' || procedure_code as review_id,
    scope_id,
    procedure_code,
    procedure_name,
    field_code,
    plan_section_code,
    reviewing_unit_id,
    in_plan,
    planned_end_on,
    reported_on,
    status,
    proposal_kind,
    competence,
    proposed_to,
    document_number,
    cost_before,
    cost_after,
    reason_code,
    case when is_own then 1 else 0 end as own_procedures_total,
    case when reason_code = 'own_amended' then 1 else 0 end as own_procedures_amended,
    case when reason_code = 'own_replaced' then 1 else 0 end as own_procedures_replaced,
    case when reason_code = 'own_abolished' then 1 else 0 end as own_procedures_abolished,
    case when reason_code = 'own_new' then 1 else 0 end as own_procedures_new,
    case when reason_code = 'proposed' then 1 else 0 end as proposed_procedures,
    -- Nothing is saved where the cost does not fall; column 13 is 0 to 100 (forms/II.04, identity percent).
    case when is_own and has_costs and cost_before > cost_after then cost_before - cost_after else 0 end as saving_amount,
    case when is_own and has_costs then cost_before else 0 end as cost_before_amount,
    case when is_reported then 1 else 0 end as reviewed,
    case when reason_code = 'kept' then 1 else 0 end as kept,
    case when is_planned_late then 1 else 0 end as planned_late,
    case when reason_code in ('unknown_proposal', 'unknown_competence') then 1 else 0 end as unclear_proposals,
    row_id,
    delivery_id,
    source_file,
    source_sheet,
    source_row,
    flags
from counted
