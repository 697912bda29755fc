-- The office's II.06a has every dossier its units received; II.06b is built from the units' forms: their totals agree.
select consolidated.scope_id
from {{ ref('form_ii_06b') }} as consolidated
inner join {{ ref('form_ii_06a') }} as form
    on consolidated.scope_id = form.scope_id and consolidated.row_code = form.row_code
where ({{ each_measure('consolidated.# <> form.#', separator=' or ', form='form_ii_06a') }})
