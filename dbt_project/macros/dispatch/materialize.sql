{# On DuckDB and Spark a model is made by one statement. A report is a fresh database: there is nothing to keep, rename,
   back up or grant, which is most of what the adapters' own materialisations do. Other engines use theirs. #}
{% materialization table, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- do made_by('create or replace table ' ~ target_relation ~ ' as (' ~ sql ~ ')') -%}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='view') -%}
    {%- do made_by('create or replace view ' ~ target_relation ~ ' as (' ~ sql ~ ')') -%}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% materialization table, adapter='spark' %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- do made_by('create table ' ~ target_relation ~ ' using parquet as ' ~ sql) -%}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% materialization view, adapter='spark' %}
    {%- set target_relation = this.incorporate(type='view') -%}
    {%- do made_by('create or replace view ' ~ target_relation ~ ' as ' ~ sql) -%}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# As `statement` does it, but for the copy of the SQL that it writes beside the project. #}
{% macro made_by(statement) -%}
    {%- set response, rows = adapter.execute(statement, auto_begin=True, fetch=False) -%}
    {%- do store_result('main', response=response, agate_table=rows) -%}
    {%- do adapter.commit() -%}
{%- endmacro %}
