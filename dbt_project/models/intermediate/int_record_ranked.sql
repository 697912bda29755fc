-- Every row of every stream of records, with the unit that reports it, its place among the rows of that unit and record
-- (the newest delivery first), and what became of it. It is of the period when it began by the last counted day and
-- did not end before the first.
with row_of as (
    {% for stream in record_streams() %}
        select
            '{{ stream }}' as stream,
            record_code,
            book_year,
            from_on,
            to_on,
            unit_name_key,
            sender_unit_id,
            unit_from,
            delivery_receipt_no,
            observed_at,
            delivery_id,
            source_file,
            source_sheet,
            source_row,
            flags,
            row_id
        from {{ ref('stg_' ~ stream) }}
        {{ "union all" if not loop.last }}
    {% endfor %}
),

placed as (
    select
        row_of.*,
        coalesce(unit.unit_id, 'unknown') as reporting_unit_id
    from row_of
    left join {{ source('landed', 'unit_alias') }} as unit_key on row_of.unit_name_key = unit_key.unit_key
    left join {{ ref('dim_unit') }} as unit
        on unit.unit_id = case when row_of.unit_from = 'column' then unit_key.unit_id else row_of.sender_unit_id end
),

ranked as (
    select
        placed.*,
        placed.stream || ':' || placed.reporting_unit_id || ':' || coalesce(placed.book_year, '?') || ':'
        || placed.record_code as record_id,
        row_number() over (
            partition by placed.stream, placed.reporting_unit_id, placed.record_code, placed.book_year
            order by
                placed.observed_at desc,
                placed.delivery_receipt_no desc,
                placed.delivery_id desc,
                placed.source_row desc,
                placed.row_id desc
        ) as record_rank
    from placed
)

select
    ranked.row_id,
    ranked.record_id,
    ranked.stream,
    ranked.record_code,
    ranked.reporting_unit_id,
    ranked.from_on,
    ranked.to_on,
    ranked.record_rank,
    ranked.delivery_id,
    ranked.source_file,
    ranked.source_sheet,
    ranked.source_row,
    ranked.flags,
    case
        when ranked.record_rank > 1 then 'older_version'
        when ranked.from_on is null then 'without_date'
        when ranked.from_on > question.until_on then 'after_period'
        when ranked.to_on < question.period_start then 'before_period'
        else 'counted'
    end as fate
from ranked
cross join {{ ref('stg_question') }} as question
