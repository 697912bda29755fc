-- Units that declare although an export of theirs is counted: both figures side by side; only the counted one is in the
-- forms.
{% set columns = {
    'received_total': 3, 'received_online': 4, 'received_direct_postal': 5, 'carried_in': 6, 'resolved_total': 7,
    'resolved_early': 8, 'resolved_on_time': 9, 'resolved_overdue': 10, 'pending_total': 11, 'pending_in_time': 12,
    'pending_overdue': 13
} %}
with beside as (
    select
        *,
        received_online + received_direct_postal + carried_in as received_total,
        resolved_early + resolved_on_time + resolved_overdue as resolved_total,
        pending_in_time + pending_overdue as pending_total
    from {{ ref('int_declared_row') }}
    where fate = 'beside_export'
),

-- A declared nil has no row, and yet says 0.
declaring as (
    select distinct coalesce(unit.unit_id, 'unknown') as unit_id
    from {{ ref('int_declaration') }} as declaration
    left join {{ ref('dim_unit') }} as unit on declaration.unit_id = unit.unit_id
    where declaration.state = 'beside_export'
),

counted as (
    select fact.*
    from {{ ref('fct_dossier_period') }} as fact
    inner join declaring on fact.original_unit_id = declaring.unit_id
),

both_sides as (
    {% for measure, number in columns.items() %}
        select
            sender_unit_id as unit_id,
            level_section_code,
            field_code,
            {{ number }} as column_no,
            '{{ measure }}' as measure,
            {{ measure }} as declared,
            0 as counted
        from beside
        union all
        select
            original_unit_id as unit_id,
            level_section_code,
            field_code,
            {{ number }} as column_no,
            '{{ measure }}' as measure,
            0 as declared,
            {{ measure }} as counted
        from counted
        {{ "union all" if not loop.last }}
    {% endfor %}
),

summed as (
    select
        unit_id,
        level_section_code,
        field_code,
        column_no,
        measure,
        cast(sum(declared) as bigint) as declared,
        cast(sum(counted) as bigint) as counted
    from both_sides
    group by unit_id, level_section_code, field_code, column_no, measure
)

select
    summed.unit_id,
    unit.name_vi as unit_name,
    unit.sort_no,
    summed.level_section_code,
    summed.field_code,
    field.field_name,
    summed.column_no,
    summed.measure,
    summed.declared,
    summed.counted,
    summed.declared - summed.counted as difference
from summed
inner join {{ ref('dim_unit') }} as unit on summed.unit_id = unit.unit_id
inner join {{ ref('dim_field') }} as field on summed.field_code = field.field_code
where summed.declared <> 0 or summed.counted <> 0
