-- The scorecard of units, of a whole year (the city's plan, III.1: what the units did is a basis of scoring the index
-- of administrative reform). Points are counted in whole hundredths, half up, by the office's own table.
-- A component with nothing to score is left out of the sum and of what the sum is out of.
{%- set points = whole_part(
    '2 * max_points * part_count * 10000 + whole_count * full_at', '(2 * whole_count * full_at)'
) %}
with component as (
    select defined.*
    from {{ source('landed', 'score_component') }} as defined
    cross join {{ ref('stg_question') }} as question
    where
        question.period_kind = 'year'
        and coalesce(defined.valid_from, question.period_end) <= question.period_end
        and coalesce(defined.valid_to, question.period_end) >= question.period_end
),

measured as (
    select
        question.office_unit_id as scope_id,
        input.unit_id,
        unit.name_vi as unit_name,
        unit.sort_no,
        component.component_no,
        component.component_code,
        component.label,
        component.max_points,
        component.full_at,
        input.form_model,
        input.part_measures,
        input.whole_measures,
        input.part_count,
        input.whole_count,
        input.is_reported,
        case
            when input.is_reported = 0 then component.when_missing
            when input.whole_count = 0 then component.when_empty
            else 'rate'
        end as rule
    from component
    inner join {{ ref('int_score_input') }} as input on component.component_code = input.component_code
    inner join {{ ref('dim_unit') }} as unit on input.unit_id = unit.unit_id
    cross join {{ ref('stg_question') }} as question
),

scored as (
    select
        *,
        case when rule = 'rate' then {{ percent_of('part_count', 'whole_count') }} end as rate_percent,
        case rule
            when 'full' then max_points * 100
            when 'zero' then 0
            when 'rate' then least(max_points * 100, {{ points }})
        end as hundredths,
        case
            when rule = 'rate' then null
            when is_reported = 0 then 'not_reported'
            else 'nothing'
        end as reason_code
    from measured
),

summed as (
    select
        scope_id,
        unit_id,
        component_no,
        max(unit_name) as unit_name,
        max(sort_no) as sort_no,
        max(component_code) as component_code,
        max(label) as label,
        max(form_model) as form_model,
        max(part_measures) as part_measures,
        max(whole_measures) as whole_measures,
        max(rate_percent) as rate_percent,
        max(reason_code) as reason_code,
        sum(max_points) as max_points,
        sum(case when hundredths is not null then max_points else 0 end) as known_max_points,
        sum(hundredths) as hundredths,
        case when grouping(component_no) = 1 then 'total' else 'component' end as row_kind
    from scored
    group by grouping sets ((scope_id, unit_id, component_no), (scope_id, unit_id))
)

select
    scope_id,
    unit_id,
    unit_name,
    cast(row_number() over (
        order by
            sort_no,
            unit_id,
            case when row_kind = 'total' then 1 else 0 end,
            component_no
    ) as integer) as row_order,
    row_kind,
    cast(component_no as integer) as component_no,
    case when row_kind = 'component' then component_code end as component_code,
    case when row_kind = 'component' then label else 'Tổng điểm' end as label,
    case when row_kind = 'component' then form_model end as form_model,
    case when row_kind = 'component' then part_measures end as part_measures,
    case when row_kind = 'component' then whole_measures end as whole_measures,
    cast(max_points as integer) as max_points,
    cast(known_max_points as integer) as known_max_points,
    cast(cast(hundredths as decimal(9, 2)) / 100 as decimal(9, 2)) as points,
    case
        when row_kind = 'component' then rate_percent
        else {{ percent_of('hundredths', '(known_max_points * 100)') }}
    end as rate_percent,
    case when row_kind = 'component' then reason_code end as reason_code
from summed
