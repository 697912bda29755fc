{# The streams, each with its staging model stg_<stream>. #}
{% macro streams() -%}
    {{ return(['case_exports', 'feedback_logs', 'review_submissions', 'declared_dossiers'] + issued_streams() | list + record_streams()) }}
{%- endmacro %}

{# The streams of versions offices below issued, each with the stream whose rows it stands for. #}
{% macro issued_streams() -%}
    {{ return({'issued_facts': 'case_exports', 'issued_feedback': 'feedback_logs'}) }}
{%- endmacro %}

{# Whether a stream is one of versions offices below issued. #}
{% macro is_issued(stream) -%}
    coalesce({{ stream }}, '') in ({% for name in issued_streams() %}'{{ name }}'{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

{# The stream whose rows a stream stands for: its own, but that of versions offices below issued. #}
{% macro stands_for(stream) -%}
    case {{ stream }}{% for name, of in issued_streams().items() %} when '{{ name }}' then '{{ of }}'{% endfor %} else {{ stream }} end
{%- endmacro %}
