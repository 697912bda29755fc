-- Where a dossier is in the forms: procedure and field, section of the level, department or ward.
-- A dossier not taken in yet is where it would on the day of its submission. Procedures of one name in several fields
-- are distinguished by the field the file names; what stays in several is in none, and an unknown procedure keeps its field.
with known as (
    select
        dossier.*,
        named_field.field_code as named_field_code,
        coalesce(cast(dossier.received_at as date), cast(dossier.submitted_at as date)) as placed_on
    from {{ ref('int_dossier_known') }} as dossier
    left join {{ ref('int_field_named') }} as named_field on dossier.field_name_key = named_field.field_name_key
),

by_code_or_name as (
    select
        known.dossier_code,
        procedure_of.procedure_id,
        1 as match_order,
        case when known.procedure_name_key = procedure_of.procedure_name_key then 0 else 1 end as name_order,
        procedure_of.field_code,
        case when known.named_field_code = procedure_of.field_code then 0 else 1 end as field_order,
        case when (known.receiving_unit_kind = 'ward') = (procedure_of.competent_level = 'ward') then 0 else 1 end as level_order
    from known
    inner join {{ ref('dim_procedure') }} as procedure_of
        on
            known.procedure_code = procedure_of.procedure_code
            and known.placed_on >= coalesce(procedure_of.valid_from, known.placed_on)
            and known.placed_on <= coalesce(procedure_of.valid_to, known.placed_on)
    union all
    select
        known.dossier_code,
        procedure_of.procedure_id,
        2 as match_order,
        0 as name_order,
        procedure_of.field_code,
        case when known.named_field_code = procedure_of.field_code then 0 else 1 end as field_order,
        case when (known.receiving_unit_kind = 'ward') = (procedure_of.competent_level = 'ward') then 0 else 1 end as level_order
    from known
    inner join {{ ref('dim_procedure') }} as procedure_of
        on
            known.procedure_name_key = procedure_of.procedure_name_key
            and known.placed_on >= coalesce(procedure_of.valid_from, known.placed_on)
            and known.placed_on <= coalesce(procedure_of.valid_to, known.placed_on)
),

ranked as (
    select
        dossier_code,
        procedure_id,
        match_order,
        row_number() over (
            partition by dossier_code
            order by match_order, name_order, field_order, level_order, procedure_id
        ) as match_rank,
        -- The fields of all that match as well as the best.
        min(field_code) over (partition by dossier_code, match_order, name_order, field_order, level_order) as first_field_code,
        max(field_code) over (partition by dossier_code, match_order, name_order, field_order, level_order) as last_field_code
    from by_code_or_name
),

chosen as (
    select
        dossier_code,
        first_field_code <> last_field_code as is_in_several_fields,
        case when first_field_code = last_field_code then procedure_id end as procedure_id,
        case
            when first_field_code <> last_field_code then 'several'
            when match_order = 1 then 'code'
            else 'name'
        end as procedure_match
    from ranked
    where match_rank = 1
),

matched as (
    select
        known.dossier_code,
        known.receiving_unit_id,
        known.receiving_unit_kind,
        known.handling_unit_key,
        procedure_of.procedure_id,
        procedure_of.competent_level,
        coalesce(procedure_of.procedure_code, known.procedure_code) as procedure_code,
        coalesce(procedure_of.procedure_name, known.procedure_name) as procedure_name,
        case
            when chosen.is_in_several_fields then 'unknown'
            else coalesce(procedure_of.field_code, known.named_field_code, 'unknown')
        end as field_code,
        coalesce(chosen.procedure_match, 'unknown') as procedure_match,
        case
            when coalesce(question.counting_unit, '') <> 'receiving_unit' and procedure_of.competent_level = 'ward' then 'ward'
            when
                coalesce(question.counting_unit, '') <> 'receiving_unit'
                and procedure_of.competent_level in ('city', 'police')
                then 'city'
            when known.receiving_unit_kind = 'ward' then 'ward'
            else 'city'
        end as level_applies_to
    from known
    cross join {{ ref('stg_question') }} as question
    left join chosen on known.dossier_code = chosen.dossier_code
    left join {{ ref('dim_procedure') }} as procedure_of on chosen.procedure_id = procedure_of.procedure_id
),

section_of as (
    {{ sections_by_kind() }}
),

decided as (
    select
        matched.*,
        field.field_name,
        case
            when matched.receiving_unit_kind = 'ward' then null
            when matched.receiving_unit_kind in ('department', 'vertical_agency') then matched.receiving_unit_id
            when matched.receiving_unit_kind = 'unknown' then 'unknown'
            when
                matched.handling_unit_key is not null
                and coalesce(handling_unit.unit_kind, 'unknown') not in ('one_stop_desk', 'city')
                then coalesce(handling.unit_id, 'unknown')
            else coalesce(field.department_unit_id, 'unknown')
        end as named_department_id
    from matched
    left join {{ ref('dim_field') }} as field on matched.field_code = field.field_code
    left join {{ source('landed', 'unit_alias') }} as handling on matched.handling_unit_key = handling.unit_key
    left join {{ ref('dim_unit') }} as handling_unit on handling.unit_id = handling_unit.unit_id
)

select
    decided.dossier_code,
    decided.procedure_id,
    decided.procedure_code,
    decided.procedure_name,
    decided.procedure_match,
    decided.competent_level,
    decided.field_code,
    decided.field_name,
    level_section.section_code as level_section_code,
    unit_section.section_code as unit_section_code,
    case when decided.receiving_unit_kind <> 'ward' then coalesce(department.unit_id, 'unknown') end as department_unit_id,
    case
        when decided.receiving_unit_kind = 'ward' then decided.receiving_unit_id
        else coalesce(department.unit_id, 'unknown')
    end as row_unit_id
from decided
left join {{ ref('int_unit_succeeded') }} as succeeded on decided.named_department_id = succeeded.unit_id
left join {{ ref('dim_unit') }} as department
    on coalesce(succeeded.current_unit_id, decided.named_department_id) = department.unit_id
left join section_of as level_section
    on
        level_section.scheme = 'level'
        and decided.level_applies_to = level_section.applies_to
        and level_section.section_rank = 1
left join section_of as unit_section
    on
        unit_section.scheme = 'unit'
        and unit_section.applies_to = case when decided.receiving_unit_kind = 'ward' then 'ward' else 'city' end
        and unit_section.section_rank = 1
