-- Whose form a dossier belongs to: the office has every receiving unit, a ward or desk its own dossiers,
-- a department the dossiers it decides on.
select
    question.office_unit_id as scope_id,
    unit.unit_id as member_unit_id,
    'receiving' as role
from {{ ref('dim_unit') }} as unit
cross join {{ ref('stg_question') }} as question
union all
select
    unit.unit_id as scope_id,
    unit.unit_id as member_unit_id,
    case when unit.unit_kind = 'department' then 'department' else 'receiving' end as role
from {{ ref('dim_unit') }} as unit
cross join {{ ref('stg_question') }} as question
where
    unit.is_in_period
    and unit.unit_kind in ('ward', 'one_stop_desk', 'department')
    and unit.unit_id <> question.office_unit_id
