-- What became of every typed row: counted, or the one reason why it is not a fact.
select
    row_of.row_id,
    row_of.delivery_id,
    row_of.feedback_code,
    row_of.handling_unit_id,
    row_of.owner_unit_id,
    row_of.source_file,
    row_of.source_sheet,
    row_of.source_row,
    row_of.flags,
    case
        when not row_of.is_owned then 'duplicate'
        when row_of.feedback_rank > 1 then 'older_version'
        else outcome.fate
    end as fate
from {{ ref('int_feedback_row_ranked') }} as row_of
inner join {{ ref('int_feedback_outcome') }} as outcome on row_of.feedback_code = outcome.feedback_code
