{# Key of a number of a unit's own book: the unit, the year of the book (books begin anew each January; the contract's
   book_dates say by which day), the number. #}
{% macro book_key(unit_id, book_year, number) -%}
    {{ unit_id }} || ':' || coalesce({{ book_year }}, '?') || ':' || upper({{ number }})
{%- endmacro %}

{# Body of a model with every row of `rows` and the key of its record, `key`.

   `rows` is a CTE with row_id, `code`, is_own_number, book_year, `unit`, entered_on and the age of the row. A code of a system is
   its own key. A number of a unit's own book ("15/TN") is a key only with its book. A unit that took over another shows the
   numbers of its book as well: the book is that of the unit that first showed the number of that day. #}
{% macro keyed_rows(rows, code, key, unit) -%}
    takeover as (
        select
            from_unit_id as unit_id,
            to_unit_id as later_unit_id
        from {{ source('landed', 'unit_successor') }}
        union
        select
            unit_id,
            current_unit_id as later_unit_id
        from {{ ref('int_unit_succeeded') }}
    ),

    older_book as (
        select
            this.row_id,
            earlier.{{ unit }} as book_unit_id,
            row_number() over (
                partition by this.row_id
                order by earlier.observed_at, earlier.delivery_receipt_no, earlier.delivery_id, earlier.{{ unit }}
            ) as book_rank
        from {{ rows }} as this
        inner join takeover on this.{{ unit }} = takeover.later_unit_id and takeover.unit_id <> takeover.later_unit_id
        inner join {{ rows }} as earlier
            on
                takeover.unit_id = earlier.{{ unit }}
                and upper(this.{{ code }}) = upper(earlier.{{ code }})
                and this.entered_on = earlier.entered_on
        where this.is_own_number and earlier.is_own_number
    )

    select
        this.*,
        case
            when coalesce(this.is_own_number, false)
                then {{ book_key('coalesce(older_book.book_unit_id, this.' ~ unit ~ ')', 'this.book_year', 'this.' ~ code) }}
            else this.{{ code }}
        end as {{ key }}
    from {{ rows }} as this
    left join older_book on this.row_id = older_book.row_id and older_book.book_rank = 1
{%- endmacro %}
