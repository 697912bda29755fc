{# The streams, each with its staging model stg_<stream>. #}
{% macro streams() -%}
    {{ return(['case_exports', 'feedback_logs', 'review_submissions', 'declared_dossiers', 'issued_facts', 'issued_feedback'] + record_streams()) }}
{%- endmacro %}
