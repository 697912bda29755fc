-- Drafts assessed in the period count as documents and procedures of form II.01; those sent to appraisal in the period are
-- looked at for the order of their days (domain/03, area II: assessment and opinion before appraisal; on its day is in time).
with looked_at as (
    select
        record.record_id,
        record.record_code,
        record.reporting_unit_id,
        record.row_id,
        record.delivery_id,
        record.source_file,
        record.source_sheet,
        record.source_row,
        record.flags,
        draft.procedure_count,
        draft.assessed_on,
        draft.opinion_on,
        draft.appraisal_on,
        case
            when draft.document_kind in ('resolution', 'decision', 'proposal') then draft.document_kind
            else 'other'
        end as document_kind,
        case
            when draft.assessed_on between question.period_start and question.until_on then 1
            else 0
        end as is_assessed,
        case
            when draft.appraisal_on between question.period_start and question.until_on then 1
            else 0
        end as is_sent
    from {{ ref('int_record_ranked') }} as record
    inner join {{ ref('stg_draft_documents') }} as draft on record.row_id = draft.row_id
    cross join {{ ref('stg_question') }} as question
    where record.stream = 'draft_documents' and record.fate = 'counted'
),

ordered as (
    select
        looked_at.*,
        case when assessed_on <= appraisal_on then 1 else 0 end as is_assessed_before,
        case when opinion_on <= appraisal_on then 1 else 0 end as is_opinion_before
    from looked_at
)

select
    record_id,
    record_code,
    reporting_unit_id,
    document_kind,
    assessed_on,
    opinion_on,
    appraisal_on,
    is_assessed * procedure_count as procedures_total,
    is_assessed as documents_total,
    case when document_kind = 'resolution' then is_assessed * procedure_count else 0 end as resolution_procedures,
    case when document_kind = 'resolution' then is_assessed else 0 end as resolution_documents,
    case when document_kind = 'decision' then is_assessed * procedure_count else 0 end as decision_procedures,
    case when document_kind = 'decision' then is_assessed else 0 end as decision_documents,
    case when document_kind = 'proposal' then is_assessed * procedure_count else 0 end as proposal_procedures,
    case when document_kind = 'proposal' then is_assessed else 0 end as proposal_documents,
    case when document_kind = 'other' then is_assessed * procedure_count else 0 end as other_procedures,
    case when document_kind = 'other' then is_assessed else 0 end as other_documents,
    is_sent as sent_to_appraisal,
    is_sent * is_assessed_before as assessed_in_order,
    is_sent * (1 - is_assessed_before) as assessed_out_of_order,
    is_sent * (1 - is_opinion_before) as opinion_out_of_order,
    case
        when is_sent = 0 then 'not_sent'
        when is_assessed_before = 0 then 'assessed_out_of_order'
        when is_opinion_before = 0 then 'opinion_out_of_order'
        else 'in_order'
    end as reason_code,
    row_id,
    delivery_id,
    source_file,
    source_sheet,
    source_row,
    flags
from ordered
