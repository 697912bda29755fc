-- What units declare holds 3 = 7 + 11 line by line, also where a year takes pending from its last quarter only.
select
    declared_by,
    level_section_code,
    field_code
from {{ ref('fct_declared_period') }}
where kind = 'declared_by_unit'
group by declared_by, level_section_code, field_code
having sum(received_total) <> sum(resolved_total) + sum(pending_total)
