{# The words that differ by engine. `default__` is that of dbt itself (DuckDB, PostgreSQL); `spark__` is Spark's own, where
   dbt's has another meaning (a list joined without order) or costs a call a row. A word all three have is written plainly. #}

{# A moment moved by whole days, time of day kept. #}
{% macro add_days(moment, days) -%}
    {{ return(moved('day', moment, days)) }}
{%- endmacro %}

{# The last day whose end a moment shows: 23:59:59 shows its own day, any other moment the day before. #}
{% macro day_shown(moment) -%}
    cast({{ add_days('cast(' ~ moved('second', moment, 1) ~ ' as date)', -1) }} as date)
{%- endmacro %}

{# The last second of a day. #}
{% macro end_of_day(day) -%}
    {{ moved('second', 'cast(' ~ day ~ ' as timestamp)', 86399) }}
{%- endmacro %}

{# A moment moved by whole units of time (day, second). #}
{% macro moved(unit, moment, number) -%}
    {{ return(adapter.dispatch('moved', 'kstt')(unit, moment, number)) }}
{%- endmacro %}

{% macro default__moved(unit, moment, number) -%}
    {{ dbt.dateadd(unit, number, moment) }}
{%- endmacro %}

{% macro spark__moved(unit, moment, number) -%}
    dateadd({{ unit }}, {{ number }}, {{ moment }})
{%- endmacro %}

{# Whole days from one date to another. #}
{% macro days_between(first, last) -%}
    {{ return(adapter.dispatch('days_between', 'kstt')(first, last)) }}
{%- endmacro %}

{% macro default__days_between(first, last) -%}
    {{ dbt.datediff(first, last, 'day') }}
{%- endmacro %}

{% macro spark__days_between(first, last) -%}
    datediff({{ last }}, {{ first }})
{%- endmacro %}

{# The n-th part (from 1) of a text cut at a separator; empty past the end. #}
{% macro part_of(text, separator, n) -%}
    split_part({{ text }}, '{{ separator }}', {{ n }})
{%- endmacro %}

{# The engine's word for text. #}
{% macro text_type() -%}
    {{ dbt.type_string() }}
{%- endmacro %}

{# The texts of a group, joined in an order. #}
{% macro joined(text, separator, order) -%}
    {{ return(adapter.dispatch('joined', 'kstt')(text, separator, order)) }}
{%- endmacro %}

{% macro default__joined(text, separator, order) -%}
    {{ dbt.listagg(text, "'" ~ separator ~ "'", 'order by ' ~ order) }}
{%- endmacro %}

{% macro spark__joined(text, separator, order) -%}
    listagg({{ text }}, '{{ separator }}') within group (order by {{ order }})
{%- endmacro %}
