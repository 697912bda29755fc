{# Identity of a typed row: its delivery, sheet (empty for CSV) and row number, from 1. #}
{% macro row_id(row_of) -%}
    {{ row_of }}.delivery_id || ':' || coalesce({{ row_of }}.source_sheet, '') || ':'
    || cast({{ row_of }}.source_row as {{ text_type() }})
{%- endmacro %}
