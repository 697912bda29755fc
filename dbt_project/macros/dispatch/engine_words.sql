{# A moment moved by whole days, time of day kept. dbt's own dispatch gives the words of the engine. #}
{% macro add_days(moment, days) -%}
    {{ dbt.dateadd('day', days, moment) }}
{%- endmacro %}

{# The last day whose end a moment shows: 23:59:59 shows its own day, any other moment the day before. #}
{% macro day_shown(moment) -%}
    cast({{ add_days('cast(' ~ dbt.dateadd('second', 1, moment) ~ ' as date)', -1) }} as date)
{%- endmacro %}

{# The last second of a day. #}
{% macro end_of_day(day) -%}
    {{ dbt.dateadd('second', 86399, 'cast(' ~ day ~ ' as timestamp)') }}
{%- endmacro %}

{# Whole days from one date to another. #}
{% macro days_between(first, last) -%}
    {{ dbt.datediff(first, last, 'day') }}
{%- endmacro %}

{# The n-th part (from 1) of a text cut at a separator; empty past the end. #}
{% macro part_of(text, separator, n) -%}
    {{ dbt.split_part(text, "'" ~ separator ~ "'", n) }}
{%- endmacro %}

{# The engine's word for text. #}
{% macro text_type() -%}
    {{ dbt.type_string() }}
{%- endmacro %}

{# The texts of a group, joined in an order. #}
{% macro joined(text, separator, order) -%}
    {{ dbt.listagg(text, "'" ~ separator ~ "'", 'order by ' ~ order) }}
{%- endmacro %}
