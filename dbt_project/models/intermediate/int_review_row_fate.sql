-- What became of every typed row. A record that counts in its unit's own form, while the office's form has the report
-- of another unit on the same procedure, has the fate other_unit.
select
    row_of.row_id,
    row_of.delivery_id,
    row_of.procedure_code,
    row_of.reviewing_unit_id,
    row_of.source_file,
    row_of.source_sheet,
    row_of.source_row,
    row_of.flags,
    case
        when row_of.record_rank > 1 then 'older_version'
        when in_office.scope_rank > 1 then 'other_unit'
        else outcome.fate
    end as fate
from {{ ref('int_review_row_ranked') }} as row_of
inner join {{ ref('int_review_outcome') }} as outcome on row_of.review_record_id = outcome.review_record_id
cross join {{ ref('stg_question') }} as question
left join {{ ref('int_review_scope_ranked') }} as in_office
    on row_of.review_record_id = in_office.review_record_id and question.office_unit_id = in_office.scope_id
