-- The office's own form holds every declared figure: none is outside every scope.
select declared.declared_id
from {{ ref('fct_declared_period') }} as declared
cross join {{ ref('stg_question') }} as question
left join {{ ref('int_declared_in_scope') }} as in_scope
    on declared.declared_id = in_scope.declared_id and question.office_unit_id = in_scope.scope_id
where in_scope.declared_id is null
