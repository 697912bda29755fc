{# On DuckDB a model is made by one statement. A report is a fresh database: there is nothing to keep, rename, back up or
   grant, which is most of what the adapter's own materialisations do. Other engines use theirs. #}
{% materialization table, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {% call statement('main') -%}
        create or replace table {{ target_relation }} as ({{ sql }})
    {%- endcall %}
    {%- do adapter.commit() -%}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='view') -%}
    {% call statement('main') -%}
        create or replace view {{ target_relation }} as ({{ sql }})
    {%- endcall %}
    {%- do adapter.commit() -%}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
