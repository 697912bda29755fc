-- Every typed row of a declaration: its place in the forms, what becomes of it, and what it adds to the range: a year
-- takes 4, 5, 8, 9, 10 of every quarter, 6 of the first and 12, 13 of the last (domain/02 2.2). Quarters of which one
-- does not carry in what the one before left pending make no year: those rows are reported, not added.
with named as (
    select
        row_of.*,
        declaration.state,
        declaration.start_on,
        declaration.end_on,
        declaration.is_first_part,
        declaration.is_last_part,
        declaration.part_no,
        coalesce(unit.unit_id, 'unknown') as receiving_unit_id,
        case when unit.unit_kind = 'ward' then 'ward' else 'city' end as unit_applies_to,
        case
            when row_of.level in ('ward', 'city') then row_of.level
            when unit.unit_kind = 'ward' then 'ward'
            else 'city'
        end as level_applies_to,
        coalesce(field_key.field_code, 'unknown') as field_code,
        coalesce(field.field_name, row_of.field_name) as known_field_name,
        case
            when unit.unit_kind = 'ward' then null
            when unit.unit_kind in ('department', 'vertical_agency') then unit.unit_id
            else coalesce(field.department_unit_id, 'unknown')
        end as named_department_id,
        coalesce(row_of.received_online, 0) as stated_online,
        coalesce(row_of.received_direct_postal, 0) as stated_direct,
        coalesce(row_of.carried_in, 0) as stated_carried_in,
        coalesce(row_of.resolved_early, 0) as stated_early,
        coalesce(row_of.resolved_on_time, 0) as stated_on_time,
        coalesce(row_of.resolved_overdue, 0) as stated_overdue,
        coalesce(row_of.pending_in_time, 0) as stated_in_time,
        coalesce(row_of.pending_overdue, 0) as stated_pending_overdue
    from {{ ref('stg_declared_dossiers') }} as row_of
    inner join {{ ref('int_declaration') }} as declaration on row_of.delivery_id = declaration.delivery_id
    left join {{ ref('int_unit_succeeded') }} as succeeded on row_of.sender_unit_id = succeeded.unit_id
    left join {{ ref('dim_unit') }} as unit on coalesce(succeeded.current_unit_id, row_of.sender_unit_id) = unit.unit_id
    left join {{ ref('int_field_named') }} as field_key on row_of.field_name_key = field_key.field_name_key
    left join {{ ref('dim_field') }} as field on field_key.field_code = field.field_code
),

used as (
    select * from named
    where state = 'counted'
),

part as (
    select row_number() over (order by start_on, period_id) as part_no
    from {{ ref('int_period_part') }}
),

line as (
    select distinct
        sender_unit_id,
        level_applies_to,
        field_code
    from used
    where part_no > 0
),

-- Every line in every part of the range: a line not declared is 0.
line_part as (
    select
        line.sender_unit_id,
        line.level_applies_to,
        line.field_code,
        part.part_no,
        coalesce(sum(used.stated_carried_in), 0) as carried_in,
        coalesce(sum(used.stated_in_time + used.stated_pending_overdue), 0) as pending
    from line
    cross join part
    left join used
        on
            line.sender_unit_id = used.sender_unit_id
            and line.level_applies_to = used.level_applies_to
            and line.field_code = used.field_code
            and part.part_no = used.part_no
    group by line.sender_unit_id, line.level_applies_to, line.field_code, part.part_no
),

broken as (
    select distinct
        sender_unit_id,
        level_applies_to,
        field_code
    from (
        select
            line_part.*,
            lag(pending) over (
                partition by sender_unit_id, level_applies_to, field_code
                order by part_no
            ) as pending_before
        from line_part
    ) as chained
    where pending_before <> carried_in
),

section_of as (
    {{ sections_by_kind() }}
)

select
    named.row_id,
    named.delivery_id,
    named.sender_unit_id,
    named.receiving_unit_id,
    case when named.unit_applies_to = 'city' then coalesce(department.unit_id, 'unknown') end as department_unit_id,
    level_section.section_code as level_section_code,
    unit_section.section_code as unit_section_code,
    case when named.unit_applies_to = 'ward' then named.receiving_unit_id else coalesce(department.unit_id, 'unknown') end
        as row_unit_id,
    named.field_code,
    named.known_field_name as field_name,
    case
        when named.state = 'counted' and broken.field_code is not null then 'parts_do_not_follow'
        else named.state
    end as fate,
    named.state,
    named.start_on,
    named.end_on,
    cast(named.stated_online as bigint) as received_online,
    cast(named.stated_direct as bigint) as received_direct_postal,
    cast(case when named.is_first_part then named.stated_carried_in else 0 end as bigint) as carried_in,
    cast(named.stated_early as bigint) as resolved_early,
    cast(named.stated_on_time as bigint) as resolved_on_time,
    cast(named.stated_overdue as bigint) as resolved_overdue,
    cast(case when named.is_last_part then named.stated_in_time else 0 end as bigint) as pending_in_time,
    cast(case when named.is_last_part then named.stated_pending_overdue else 0 end as bigint) as pending_overdue,
    named.flags,
    named.source_file,
    named.source_sheet,
    named.source_row
from named
left join {{ ref('int_unit_succeeded') }} as department_succeeded
    on named.named_department_id = department_succeeded.unit_id
left join {{ ref('dim_unit') }} as department
    on coalesce(department_succeeded.current_unit_id, named.named_department_id) = department.unit_id
left join broken
    on
        named.sender_unit_id = broken.sender_unit_id
        and named.level_applies_to = broken.level_applies_to
        and named.field_code = broken.field_code
left join section_of as level_section
    on
        level_section.scheme = 'level'
        and named.level_applies_to = level_section.applies_to
        and level_section.section_rank = 1
left join section_of as unit_section
    on
        unit_section.scheme = 'unit'
        and named.unit_applies_to = unit_section.applies_to
        and unit_section.section_rank = 1
