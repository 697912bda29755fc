{# A moment moved by whole days, time of day kept. dbt's own dispatch gives the words of the engine. #}
{% macro add_days(moment, days) -%}
    {{ dbt.dateadd('day', days, moment) }}
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
