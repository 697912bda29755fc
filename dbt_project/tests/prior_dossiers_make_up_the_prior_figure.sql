-- The dossiers landed from the issued final, and what units declared in it, are those behind the column 11 it printed.
with pending as (
    select count(*) as pending_total
    from {{ source('landed', 'prior_dossier') }}
    where is_pending
)

select
    figure.figure_id,
    figure.value,
    pending.pending_total
from {{ source('landed', 'prior_figure') }} as figure
cross join pending
cross join {{ ref('stg_question') }} as question
where
    figure.figure_id = 'II.06a/' || question.office_unit_id || '/total/c11'
    and figure.value - coalesce(figure.declared, 0) <> pending.pending_total
