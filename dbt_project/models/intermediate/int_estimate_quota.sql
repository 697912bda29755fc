-- What the rest of an unfinished period is expected to add, before rounding, as an exact fraction.
-- run_rate: what was counted so far x working days left / working days gone. manual: what the officer states.
with asked as (
    select
        question.period_id,
        question.estimate_method,
        sum(case when day.is_working_day and day.date_on <= question.until_on then 1 else 0 end) as days_gone,
        sum(case when day.is_working_day and day.date_on > question.until_on then 1 else 0 end) as days_left
    from {{ ref('stg_question') }} as question
    inner join {{ ref('dim_date') }} as day
        on question.period_start <= day.date_on and question.period_end >= day.date_on
    where question.is_provisional and question.estimate_method in ('run_rate', 'manual')
    group by question.period_id, question.estimate_method
),

-- Late data of an earlier period is no part of the daily rate of this one.
counted as (
    select
        receiving_unit_id,
        department_unit_id,
        level_section_code,
        unit_section_code,
        row_unit_id,
        field_code,
        {{ each_measure('sum(#) as #', form='form_ii_06a') }}
    from {{ ref('fct_dossier_period') }}
    where recognised_late is null
    group by receiving_unit_id, department_unit_id, level_section_code, unit_section_code, row_unit_id, field_code
),

by_rate as (
    {% for group_code, parts in estimated_groups().items() %}
        {% for measure in parts %}
            select
                counted.receiving_unit_id,
                counted.department_unit_id,
                counted.level_section_code,
                counted.unit_section_code,
                counted.row_unit_id,
                counted.field_code,
                '{{ group_code }}' as group_code,
                '{{ measure }}' as measure,
                {{ loop.index }} as measure_no,
                cast(counted.{{ measure }} * asked.days_left as bigint) as numerator,
                cast(asked.days_gone as bigint) as denominator,
                cast(null as integer) as source_row
            from counted
            cross join asked
            where asked.estimate_method = 'run_rate' and asked.days_gone > 0 and counted.{{ measure }} > 0
            {{ "union all" if not loop.last }}
        {% endfor %}
        {{ "union all" if not loop.last }}
    {% endfor %}
),

section_of as (
    {{ sections_by_kind() }}
),

declaring as (
    select distinct unit_id
    from {{ ref('int_declaration') }}
    where state = 'counted'
),

-- The officer names unit and field; department and section follow as for the dossiers the unit itself decides.
stated as (
    select
        estimate.unit_id as receiving_unit_id,
        estimate.field_code,
        case when unit.unit_kind = 'ward' then 'ward' else 'city' end as applies_to,
        case
            when unit.unit_kind = 'ward' then null
            when unit.unit_kind in ('department', 'vertical_agency') then estimate.unit_id
            else coalesce(field.department_unit_id, 'unknown')
        end as department_unit_id,
        -- Column 5 is one number on the form: it is kept as received directly.
        case when estimate.measure = 'received_direct_postal' then 'received_direct' else estimate.measure end as measure,
        cast(estimate.value as bigint) as numerator,
        estimate.source_row
    from {{ source('landed', 'estimate') }} as estimate
    inner join asked on estimate.period_id = asked.period_id and asked.estimate_method = 'manual'
    left join {{ ref('dim_unit') }} as unit on estimate.unit_id = unit.unit_id
    left join {{ ref('dim_field') }} as field on estimate.field_code = field.field_code
    -- A unit that declares has said what the period brings: nothing is estimated beside it.
    left join declaring on estimate.unit_id = declaring.unit_id
    where estimate.value > 0 and declaring.unit_id is null
),

by_officer as (
    select
        stated.receiving_unit_id,
        stated.department_unit_id,
        level_section.section_code as level_section_code,
        unit_section.section_code as unit_section_code,
        coalesce(stated.department_unit_id, stated.receiving_unit_id) as row_unit_id,
        stated.field_code,
        case when stated.measure like 'received%' then 'received' else 'resolved' end as group_code,
        stated.measure,
        case stated.measure
            {% for parts in estimated_groups().values() %}
                {% for measure in parts %}
                    when '{{ measure }}' then {{ loop.index }}
                {% endfor %}
            {% endfor %}
        end as measure_no,
        stated.numerator,
        cast(1 as bigint) as denominator,
        stated.source_row
    from stated
    left join section_of as level_section
        on level_section.scheme = 'level' and stated.applies_to = level_section.applies_to and level_section.section_rank = 1
    left join section_of as unit_section
        on unit_section.scheme = 'unit' and stated.applies_to = unit_section.applies_to and unit_section.section_rank = 1
),

quota as (
    select * from by_rate
    union all
    select * from by_officer
)

select
    receiving_unit_id || '|' || coalesce(department_unit_id, '') || '|' || coalesce(level_section_code, '') || '|'
    || coalesce(unit_section_code, '') || '|' || coalesce(row_unit_id, '') || '|' || field_code as cell_id,
    receiving_unit_id,
    department_unit_id,
    level_section_code,
    unit_section_code,
    row_unit_id,
    field_code,
    group_code,
    measure,
    measure_no,
    numerator,
    denominator,
    source_row
from quota
