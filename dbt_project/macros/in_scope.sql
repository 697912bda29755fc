{# The forms (scopes) each fact of a fact table of dossiers is in: that of the unit that receives it, that of the
   department that decides on it, and the office's. `fact` has receiving_unit_id, department_unit_id and its key. #}
{% macro in_scope_of(fact, key) -%}
select
    scope.scope_id,
    fact.{{ key }}
from {{ ref(fact) }} as fact
inner join {{ ref('dim_scope') }} as scope
    on scope.role = 'receiving' and fact.receiving_unit_id = scope.member_unit_id
union
select
    scope.scope_id,
    fact.{{ key }}
from {{ ref(fact) }} as fact
inner join {{ ref('dim_scope') }} as scope
    on scope.role = 'department' and fact.department_unit_id = scope.member_unit_id
{%- endmacro %}
