{# Measures are declared once, in the yml of the facts (`config.meta.measure`: zero_or_one or amount). A form sums those
   its own yml has a column for. dbt gives `graph` when it compiles; while it parses, a model has no columns. #}

{# The name of the model being compiled; in a unit test of dbt, that of the model tested. #}
{% macro this_model() -%}
    {{ return(model.get('tested_node_unique_id', model.unique_id).split('.')[-1]) }}
{%- endmacro %}

{# The columns of a model's yml: name → column. #}
{% macro yml_columns(name) -%}
    {{ return(graph.nodes['model.' ~ project_name ~ '.' ~ name].columns if execute else {}) }}
{%- endmacro %}

{# The measures of a fact, in the order of its yml; `kind`: only those of one kind. #}
{% macro measures_of(fact, kind=none) -%}
    {%- set names = [] -%}
    {%- for name, column in yml_columns(fact).items() if column.config.meta.measure -%}
        {%- if kind is none or column.config.meta.measure == kind %}{% do names.append(name) %}{% endif -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{# The measures of a fact a form sums under their own names, in the order of the form's yml. #}
{% macro measures(fact, form) -%}
    {%- set of_fact = measures_of(fact) -%}
    {{ return(yml_columns(form).keys() | select('in', of_fact) | list) }}
{%- endmacro %}

{# The columns of a form that are sums, in the order of its yml: name → measure. A column names its measure
   (`from: fact.measure`, no ratio), or has the name of one; `fact`: only those of one fact. #}
{% macro sums(form, fact='fct_') -%}
    {%- set named = {} -%}
    {%- for read in (graph.nodes['model.' ~ project_name ~ '.' ~ form].depends_on.nodes if execute else []) -%}
        {%- if '.' ~ fact in read %}{% for name in measures_of(read.split('.')[-1]) %}{% do named.update({name: name}) %}{% endfor %}{% endif -%}
    {%- endfor -%}
    {%- set found = {} -%}
    {%- for name, column in yml_columns(form).items() if not column.config.meta.get('of') -%}
        {%- set source = column.config.meta.get('from', '') -%}
        {%- set measure = source.split('.')[1] if source.startswith(fact) else named.get(name) -%}
        {%- if measure %}{% do found.update({name: measure}) %}{% endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{# One expression per measure, `#` is its name. #}
{% macro each_measure(expression, fact='fct_dossier_period', separator=', ', form=none) -%}
    {{ each_name(expression, measures(fact, form or this_model()), separator) }}
{%- endmacro %}

{# One expression per name, `#` is the name. #}
{% macro each_name(expression, names, separator=', ') -%}
    {%- for name in names -%}
        {{ expression | replace('#', name) }}{{ separator if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# The measures of one fact under the names a form's columns have, from the alias of the fact. #}
{% macro named_sums(alias, fact) -%}
    {%- for name, measure in sums(this_model(), fact).items() -%}
        {{ alias }}.{{ measure }}{{ ' as ' ~ name if name != measure }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
