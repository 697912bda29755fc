-- The office's own form holds every fact of the warehouse: no unit is outside every scope.
select fact.dossier_code
from {{ ref('fct_dossier_period') }} as fact
cross join {{ ref('stg_question') }} as question
left join {{ ref('int_dossier_in_scope') }} as in_scope
    on fact.dossier_code = in_scope.dossier_code and question.office_unit_id = in_scope.scope_id
where in_scope.dossier_code is null
