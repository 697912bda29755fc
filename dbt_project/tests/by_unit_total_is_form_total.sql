-- The by-unit table and II.06a are two cuts of the same dossiers: equal totals for the office.
select by_unit.scope_id
from {{ ref('form_ii_06a_by_unit') }} as by_unit
inner join {{ ref('form_ii_06a') }} as form
    on by_unit.scope_id = form.scope_id and form.row_kind = 'total'
where
    by_unit.row_kind = 'total'
    and ({{ each_measure('by_unit.# <> form.#', separator=' or ', form='form_ii_06a') }})
