-- How many procedures each unit has to post by the office's own catalogue: a ward those of the commune level, the desk
-- those of the district level, a department those of its fields among them (domain/03, area III).
with posted_by as (
    select
        unit.unit_id,
        procedure_of.procedure_key
    from {{ ref('dim_unit') }} as unit
    inner join {{ ref('int_procedure_in_force') }} as procedure_of
        on
            (unit.unit_kind = 'ward' and procedure_of.procedure_level = 'commune')
            or (unit.unit_kind = 'one_stop_desk' and procedure_of.procedure_level = 'district')
    union all
    select
        field.department_unit_id as unit_id,
        procedure_of.procedure_key
    from {{ ref('int_procedure_in_force') }} as procedure_of
    inner join {{ ref('dim_field') }} as field on procedure_of.field_code = field.field_code
    inner join {{ ref('dim_unit') }} as unit on field.department_unit_id = unit.unit_id and unit.unit_kind = 'department'
    where procedure_of.procedure_level = 'district'
)

select
    unit_id,
    cast(count(*) as bigint) as catalogue_in_force
from posted_by
group by unit_id
