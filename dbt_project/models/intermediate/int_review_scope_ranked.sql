-- Every counted record in each form it may be in. A procedure counts once in a form: where several units of a scope
-- review it, what is reported comes before what is late, then the newest report, then the order of the units.
with named as (
    select
        procedure_of.procedure_code,
        procedure_of.procedure_name,
        procedure_of.field_code,
        row_number() over (
            partition by procedure_of.procedure_code
            order by
                case when procedure_of.is_in_period then 0 else 1 end asc,
                case when procedure_of.valid_from is null then 1 else 0 end asc,
                procedure_of.valid_from desc,
                procedure_of.procedure_id asc
        ) as name_rank
    from {{ ref('dim_procedure') }} as procedure_of
)

select
    scope.scope_id,
    outcome.review_record_id,
    outcome.row_id,
    outcome.procedure_code,
    outcome.reviewing_unit_id,
    outcome.unit_sort_no,
    outcome.in_plan,
    outcome.plan_section_code,
    outcome.planned_end_on,
    outcome.reported_on,
    outcome.status,
    outcome.proposal_kind,
    outcome.competence,
    outcome.proposed_to,
    outcome.document_number,
    outcome.document_key,
    outcome.document_action,
    outcome.cost_before,
    outcome.cost_after,
    outcome.is_reported,
    outcome.is_planned_late,
    outcome.reason_code,
    outcome.flags,
    outcome.delivery_id,
    outcome.source_file,
    outcome.source_sheet,
    outcome.source_row,
    coalesce(named.procedure_name, outcome.procedure_name, outcome.procedure_code) as procedure_name,
    coalesce(named.field_code, 'unknown') as field_code,
    row_number() over (
        partition by scope.scope_id, outcome.procedure_code
        order by
            case when outcome.is_reported then 0 else 1 end asc,
            outcome.reported_on desc,
            outcome.unit_sort_no asc,
            outcome.reviewing_unit_id asc
    ) as scope_rank
from {{ ref('int_review_outcome') }} as outcome
inner join {{ ref('dim_scope') }} as scope on outcome.reviewing_unit_id = scope.member_unit_id
left join named on outcome.procedure_code = named.procedure_code and named.name_rank = 1
where outcome.fate = 'counted'
