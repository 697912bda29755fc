-- Every row of a delivered file that speaks of a dossier, with its place among them: rows of exports, and those of versions
-- offices below issued, each of which is all that decides its dossier.
select
    row_id,
    dossier_code,
    first_due_rank,
    as_of_rank,
    dossier_rank,
    delivery_id,
    source_file,
    source_sheet,
    source_row
from {{ ref('int_case_row_ranked') }}
where
    dossier_code not in (
        select issued.dossier_code
        from {{ ref('int_issued_dossier') }} as issued
        where issued.fate = 'counted'
    )
union all
select
    row_id,
    dossier_code,
    1 as first_due_rank,
    1 as as_of_rank,
    1 as dossier_rank,
    delivery_id,
    source_file,
    source_sheet,
    source_row
from {{ ref('int_issued_dossier') }}
where fate = 'counted'
