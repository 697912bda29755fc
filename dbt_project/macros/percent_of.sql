{# parts / whole × 100, half up to two decimals, from two whole amounts not below 0; null when the whole is 0.

   Counted in whole hundredths of a percent, so that no binary fraction decides a half (domain/13 `rounding`). #}
{% macro percent_of(parts, whole) -%}
    case
        when {{ whole }} > 0 then cast(
            (
                (cast({{ parts }} as decimal(28, 0)) * 20000 + {{ whole }})
                - mod(cast({{ parts }} as decimal(28, 0)) * 20000 + {{ whole }}, cast({{ whole }} as decimal(28, 0)) * 2)
            ) / (cast({{ whole }} as decimal(28, 0)) * 2) / 100
            as decimal(9, 2)
        )
    end
{%- endmacro %}
