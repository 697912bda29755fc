{% set most_flags = 16 %}
with numbers as (
    {% for n in range(1, most_flags + 1) %}
        select {{ n }} as part_no
        {{ "union all" if not loop.last }}
    {% endfor %}
),

flagged as (
    {% for stream in streams() %}
        select
            row_of.delivery_id,
            'flagged' as result,
            row_of.row_id,
            {{ part_of('row_of.flags', ';', 'numbers.part_no') }} as check_id
        from {{ ref('stg_' ~ stream) }} as row_of
        cross join numbers
        where row_of.flags <> ''
        {{ "union all" if not loop.last }}
    {% endfor %}
),

rejected as (
    select
        delivery_id,
        'rejected' as result,
        coalesce(source_sheet, '') || ':' || cast(source_row as {{ text_type() }}) as row_id,
        check_id
    from {{ ref('stg_rejected_row') }}
),

-- Flags of whole dossiers and feedback, by the file of their newest row.
counted as (
    select
        delivery_id,
        'counted' as result,
        dossier_code as row_id,
        flag as check_id
    from {{ ref('int_dossier_flag') }}
    union all
    select
        delivery_id,
        'counted' as result,
        feedback_code as row_id,
        flag as check_id
    from {{ ref('int_feedback_flag') }}
),

found as (
    select * from counted
    union all
    select * from flagged
    where check_id <> ''
    union all
    select * from rejected
)

select
    found.delivery_id,
    delivery.unit_id,
    found.check_id,
    found.result,
    count(distinct found.row_id) as row_count
from found
inner join {{ ref('stg_delivery') }} as delivery on found.delivery_id = delivery.delivery_id
group by found.delivery_id, delivery.unit_id, found.check_id, found.result
