{# The 0/1 measures of fct_dossier_period, in the order of the form; the forms sum exactly these. #}
{% macro case_measures() -%}
    {{ return([
        'received_total', 'received_online', 'received_direct_postal', 'received_unknown_channel', 'carried_in',
        'resolved_total', 'resolved_early', 'resolved_on_time', 'resolved_overdue', 'resolved_without_result',
        'pending_total', 'pending_in_time', 'pending_overdue', 'received_direct', 'received_postal'
    ]) }}
{%- endmacro %}

{# One expression per measure, `#` standing for its name. #}
{% macro each_measure(expression, separator=', ') -%}
    {%- for measure in case_measures() -%}
        {{ expression | replace('#', measure) }}{{ separator if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
