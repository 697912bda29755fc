{# Two steps of a model of rows that versions offices below issued show: each row with the key of its record and whether its
   version speaks (`sent`), then its place among the rows of that record, the newest first (`ranked`). A number of a unit's
   own book is that unit's, and that office's where a unit took over several.

   rows: staging model of a stream of versions; code: its column with the code of a record; key: the column this adds. #}
{% macro issued_rows(rows, code, key) -%}
sent as (
    select
        row_of.*,
        case
            when row_of.is_own_number and version.office_unit_id <> row_of.sender_unit_id
                then row_of.sender_unit_id || ':' || version.office_unit_id || ':' || row_of.{{ code }}
            when row_of.is_own_number then row_of.sender_unit_id || ':' || row_of.{{ code }}
            else row_of.{{ code }}
        end as {{ key }},
        version.is_of_period,
        version.is_asked
    from {{ ref(rows) }} as row_of
    inner join {{ ref('int_issued_version') }} as version on row_of.delivery_id = version.delivery_id
),

ranked as (
    select
        sent.*,
        row_number() over (
            partition by {{ key }}, is_asked
            order by observed_at desc, delivery_receipt_no desc, delivery_id desc, source_row desc
        ) as issue_rank
    from sent
)
{%- endmacro %}
