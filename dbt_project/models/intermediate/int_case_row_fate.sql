-- What became of every typed row: counted, or the one reason why it is not a fact.
select
    row_of.row_id,
    row_of.delivery_id,
    row_of.dossier_code,
    row_of.receiving_unit_id,
    row_of.owner_unit_id,
    row_of.source_file,
    row_of.source_sheet,
    row_of.source_row,
    row_of.flags,
    case
        when row_of.dossier_rank = 1 then outcome.fate
        when row_of.is_duplicate then 'duplicate'
        else 'older_version'
    end as fate
from {{ ref('int_case_row_ranked') }} as row_of
inner join {{ ref('int_dossier_outcome') }} as outcome on row_of.dossier_code = outcome.dossier_code
