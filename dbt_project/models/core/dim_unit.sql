-- The version of each unit in force on the last counted day; a unit that ended earlier keeps its last version.
with versions as (
    select
        unit.unit_id,
        unit.name_vi,
        unit.short_name,
        unit.unit_kind,
        unit.parent_unit_id,
        unit.sort_no,
        unit.valid_from,
        unit.valid_to,
        row_number() over (
            partition by unit.unit_id
            order by
                case
                    when
                        coalesce(unit.valid_from, question.until_on) <= question.until_on
                        and coalesce(unit.valid_to, question.until_on) >= question.until_on
                        then 0
                    else 1
                end,
                coalesce(unit.valid_from, question.period_start) desc
        ) as version_rank,
        coalesce(unit.valid_from, question.until_on) <= question.until_on
        and coalesce(unit.valid_to, question.period_start) >= question.period_start as is_in_period
    from {{ source('landed', 'unit') }} as unit
    cross join {{ ref('stg_question') }} as question
)

select
    versions.unit_id,
    versions.name_vi,
    versions.short_name,
    versions.unit_kind,
    versions.parent_unit_id,
    versions.sort_no,
    coalesce(succeeded.current_unit_id, versions.unit_id) as current_unit_id,
    -- A period is reported on the units of its end: one that was taken over has no form and no row any more (domain/11).
    versions.is_in_period and succeeded.unit_id is null as is_in_period
from versions
left join {{ ref('int_unit_succeeded') }} as succeeded on versions.unit_id = succeeded.unit_id
where versions.version_rank = 1
union all
select
    'unknown' as unit_id,
    'Chưa xác định' as name_vi,
    'Chưa xác định' as short_name,
    'unknown' as unit_kind,
    cast(null as {{ text_type() }}) as parent_unit_id,
    999999 as sort_no,
    'unknown' as current_unit_id,
    false as is_in_period
from {{ ref('stg_question') }}
