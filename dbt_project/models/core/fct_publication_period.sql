-- Procedures the decisions of the period publish. A legal document counts in the first row of its decision that names it.
-- Posted late: not within 5 working days of the decision (domain/08 8.1; the limit of a province), once that time is over.
with dated as (
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
        record.from_on as decided_on,
        publication.decision_number,
        publication.effective_on,
        publication.procedure_code,
        publication.procedure_action,
        publication.document_number,
        publication.document_action,
        question.until_on,
        case when publication.posted_on <= question.until_on then publication.posted_on end as posted_on,
        record.reporting_unit_id || ':' || coalesce(publication.decision_number, '') as decision_id,
        row_number() over (
            partition by record.reporting_unit_id, publication.decision_number, publication.document_number
            order by publication.procedure_code, record.row_id
        ) as document_rank
    from {{ ref('int_record_ranked') }} as record
    inner join {{ ref('stg_publication_decisions') }} as publication on record.row_id = publication.row_id
    cross join {{ ref('stg_question') }} as question
    where record.stream = 'publication_decisions' and record.fate = 'counted'
),

timed as (
    select
        dated.*,
        looked_on.working_day_no - decided.working_day_no as days_to_post,
        {{ days_between('dated.decided_on', 'dated.effective_on') }} as days_to_effect, -- noqa: LT05
        case
            when dated.document_number is not null and dated.document_rank = 1 then dated.document_action
        end as counted_document
    from dated
    left join {{ ref('dim_date') }} as decided on dated.decided_on = decided.date_on
    left join {{ ref('dim_date') }} as looked_on on coalesce(dated.posted_on, dated.until_on) = looked_on.date_on
)

select
    record_id,
    record_code,
    procedure_code,
    reporting_unit_id,
    decision_id,
    decision_number,
    decided_on,
    effective_on,
    posted_on,
    case when counted_document in ('published', 'withdrawn') then 1 else 0 end as documents_total,
    case when counted_document = 'published' then 1 else 0 end as documents_published,
    case when counted_document = 'withdrawn' then 1 else 0 end as documents_withdrawn,
    1 as published_total,
    case when procedure_action = 'new' then 1 else 0 end as published_new,
    case when procedure_action = 'amended' then 1 else 0 end as published_amended,
    case when procedure_action = 'abolished' then 1 else 0 end as published_abolished,
    case when posted_on is not null then 1 else 0 end as posted_total,
    case when posted_on is not null and procedure_action <> 'abolished' then 1 else 0 end as posted_new,
    case when posted_on is not null and procedure_action = 'abolished' then 1 else 0 end as posted_removed,
    case when days_to_post > 5 then 1 else 0 end as posted_late,
    case when days_to_effect < 20 then 1 else 0 end as published_late,
    case
        when days_to_post > 5 then 'posted_late'
        when posted_on is null then 'not_posted'
        when days_to_effect < 20 then 'published_late'
        else 'on_time'
    end as reason_code,
    row_id,
    delivery_id,
    source_file,
    source_sheet,
    source_row,
    flags
from timed
