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

{# The rows a data test finds, counted: dbt's own asks the same through six macros, each rendered for every test. #}
{% materialization test, adapter='duckdb' %}
    {%- set counted -%}
    select
        {{ config.get('fail_calc') }} as failures,
        {{ config.get('fail_calc') }} {{ config.get('warn_if') }} as should_warn,
        {{ config.get('fail_calc') }} {{ config.get('error_if') }} as should_error
    from (
        {{ sql }}
    ) as found
    {%- endset -%}
    {%- set response, rows = adapter.execute(counted, fetch=True) -%}
    {%- do store_result('main', response=response, agate_table=rows) -%}
    {{ return({'relations': []}) }}
{% endmaterialization %}

{# As `statement` does it, but for the copy of the SQL that it writes beside the project, and for a transaction: a model
   is one statement. #}
{% macro made_by(statement) -%}
    {%- set response, rows = adapter.execute(statement, fetch=False) -%}
    {%- do store_result('main', response=response, agate_table=rows) -%}
{%- endmacro %}
