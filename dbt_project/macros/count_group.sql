{# Group of a canonical status word (domain/05 5.1); an unknown or empty word is counted by its dates: 'unknown'. #}
{% macro count_group(status) -%}
    case
        when {{ status }} in ('submitted', 'rejected_at_intake') then 'not_counted'
        when {{ status }} in ('accepted', 'in_progress') then 'pending'
        when {{ status }} in ('awaiting_supplement', 'awaiting_payment', 'suspended') then 'paused'
        when {{ status }} in ('withdrawn', 'returned') then 'closed_without_result'
        when {{ status }} in ('result_ready', 'result_delivered') then 'resolved'
        else 'unknown'
    end
{%- endmacro %}
