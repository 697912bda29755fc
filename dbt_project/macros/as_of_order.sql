{# Order of what was observed, for one day: first what was observed at its end or later, the earliest first, then what
   was observed before it, the latest first. The first of them is the best witness of the day. #}
{% macro as_of_order(until='until_on', shown_on='shown_on', observed_at='observed_at') -%}
    case when {{ shown_on }} >= {{ until }} then 0 else 1 end asc,
    case when {{ shown_on }} >= {{ until }} then {{ observed_at }} end asc,
    {{ observed_at }} desc
{%- endmacro %}
