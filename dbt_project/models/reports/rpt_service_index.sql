-- The index of service quality (Quyết định 766, domain/11 11.1). Points are counted in whole hundredths, half up.
-- A sum with a component without points is printed without a sum; what is known of it is beside.
{%- set points = whole_part(
    '2 * max_points * part_count * 10000 + whole_count * full_at', '(2 * whole_count * full_at)'
) %}
with component as (
    select defined.*
    from {{ source('landed', 'index_component') }} as defined
    cross join {{ ref('stg_question') }} as question
    where
        coalesce(defined.valid_from, question.period_end) <= question.period_end
        and coalesce(defined.valid_to, question.period_end) >= question.period_end
),

scopes as (
    select distinct scope_id
    from {{ ref('dim_scope') }}
),

measured as (
    select
        scopes.scope_id,
        component.*,
        input.part_count,
        input.whole_count,
        case
            when input.whole_count is null then component.when_missing
            when input.whole_count = 0 then component.when_empty
            else 'rate'
        end as rule
    from scopes
    cross join component
    left join {{ ref('int_index_input') }} as input
        on scopes.scope_id = input.scope_id and component.component_code = input.component_code
),

scored as (
    select
        *,
        {{ percent_of('part_count', 'whole_count') }} as rate_percent,
        case rule
            when 'full' then max_points * 100
            when 'zero' then 0
            when 'rate' then least(max_points * 100, {{ points }})
        end as hundredths,
        case
            when rule = 'rate' then null
            when whole_count is null and rule = 'zero' then 'không có số liệu được gửi: tính 0 điểm theo định nghĩa'
            when whole_count is null then 'chưa có số liệu được gửi'
            when rule = 'full' then 'không phát sinh: tính đủ điểm theo định nghĩa'
            when rule = 'zero' then 'không phát sinh: tính 0 điểm theo định nghĩa'
            else 'không phát sinh: không có gì để tính tỷ lệ'
        end as reason
    from measured
),

summed as (
    select
        scope_id,
        group_no,
        component_no,
        max(group_label) as group_label,
        max(label) as component_label,
        max(component_code) as component_code,
        max(evidence) as evidence,
        max(part_count) as part_count,
        max(whole_count) as whole_count,
        max(rate_percent) as rate_percent,
        max(reason) as reason,
        sum(max_points) as max_points,
        sum(case when hundredths is not null then max_points else 0 end) as known_max_points,
        coalesce(sum(hundredths), 0) as hundredths,
        sum(case when hundredths is null then 1 else 0 end) as unknown_count,
        case
            when grouping(group_no) = 1 then 'total'
            when grouping(component_no) = 1 then 'group'
            else 'component'
        end as row_kind
    from scored
    group by grouping sets ((scope_id, group_no, component_no), (scope_id, group_no), (scope_id))
)

select
    scope_id,
    cast(row_number() over (
        partition by scope_id
        order by
            case when row_kind = 'total' then 1 else 0 end,
            group_no,
            case when row_kind = 'group' then 0 else 1 end,
            component_no
    ) as integer) as row_order,
    row_kind,
    case row_kind
        when 'total' then 'total'
        when 'group' then cast(group_no as {{ text_type() }})
        else cast(group_no as {{ text_type() }}) || '.' || cast(component_no as {{ text_type() }})
    end as row_code,
    case row_kind
        when 'total' then 'Tổng điểm'
        when 'group' then group_label
        else component_label
    end as label,
    case when row_kind = 'component' then component_code end as component_code,
    case when row_kind = 'component' then evidence end as evidence,
    case when row_kind = 'component' then part_count end as part_count,
    case when row_kind = 'component' then whole_count end as whole_count,
    case when row_kind = 'component' then rate_percent end as rate_percent,
    cast(max_points as integer) as max_points,
    cast(known_max_points as integer) as known_max_points,
    cast(cast(hundredths as decimal(9, 2)) / 100 as decimal(9, 2)) as known_points,
    case when unknown_count = 0 then cast(cast(hundredths as decimal(9, 2)) / 100 as decimal(9, 2)) end as points,
    case
        when row_kind = 'component' then reason
        when unknown_count > 0 then 'còn thành phần chưa có số liệu'
    end as reason
from summed
