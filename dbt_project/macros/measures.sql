{# The measures of each fact in the order of its form; forms sum exactly these. #}
{% macro measures(noun) -%}
    {% set lists = {
        'dossier': [
            'received_total', 'received_online', 'received_direct_postal', 'received_unknown_channel', 'carried_in',
            'resolved_total', 'resolved_early', 'resolved_on_time', 'resolved_overdue', 'resolved_without_result',
            'pending_total', 'pending_in_time', 'pending_overdue', 'received_direct', 'received_postal'
        ],
        'feedback': [
            'received_total', 'about_act', 'about_regulation', 'about_both', 'carried_in', 'received_in_period',
            'own_total', 'own_resolved', 'own_pending', 'transferred', 'results_published',
            'answered_on_time', 'answered_late', 'pending_overdue', 'published_on_time',
            'satisfied', 'dissatisfied', 'rated'
        ]
    } %}
    {{ return(lists[noun]) }}
{%- endmacro %}

{# One expression per measure of a fact, `#` standing for its name. #}
{% macro each_measure(expression, separator=', ', noun='dossier') -%}
    {%- for measure in measures(noun) -%}
        {{ expression | replace('#', measure) }}{{ separator if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
