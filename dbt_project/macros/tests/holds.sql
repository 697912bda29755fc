{# All that a model promises, as one query; each row of it is a broken promise: `identity` (its name) and `row_name` (the
   row, by its key). A test of ours is our bug, so a failure names both (pipelines/warehouse/dbt.py).

   key         the columns that name a row: no two rows alike; a key of one column is never null
   not_null    columns never null
   unique      further columns, or lists of columns, in which no two rows are alike (one column: nulls aside)
   accepted    {column: values it may have beside null}
   belongs_to  {column: model.column its values are in, nulls aside}
   identities  {name: a boolean expression true in every row; null counts as broken}

   Beside them the measures its yml marks as `zero_or_one` are 0 or 1.
#}
{% test holds(
    model, key=none, not_null=[], unique=[], accepted={}, belongs_to={}, identities={}
) %}
    {%- set promises = row_promises(not_null, accepted, measures_of(model.identifier, 'zero_or_one'), identities) -%}
    {%- set keys = unique | list -%}
    {%- if key is string %}{% do promises.update({key ~ '_not_null': key ~ ' is not null'}) %}{% endif -%}
    {%- if key %}{% do keys.append(key) %}{% endif -%}
    {%- set parts = alike_rows(model, keys) + strange_values(model, belongs_to, key or not_null) -%}
    {%- if promises %}{% do parts.append(broken_rows(model, promises, key or not_null)) %}{% endif -%}
    {{ parts | join('\nunion all\n') }}
{% endtest %}

{# All that a form promises, as one query (see `holds`). Beside what is given here every form promises: a code, label and
   place of its own for every row of a scope; a total that is the sum of its sections or rows.

   not_in_rows sums of sections and total that are not sums of the rows
   sections    column of the section; section rows are the sums of their rows, the total the sum of the sections
   totals      [{fact, bridge, key, declared}]: the total of a scope is the sum over the facts of that scope
               (and over the declared figures), no record lost, none added
   crosswalk   {expression: expression}: sums of the total row that are sums of the total row of II.06a
   not_null, identities: as in `holds` #}
{% test form_holds(
    model, not_in_rows=[], sections=none, totals=[], crosswalk={}, not_null=[], identities={}
) %}
    {%- set kinds = ['row', 'section', 'total'] if sections else ['row', 'total'] -%}
    {%- set key = ['scope_id', 'row_code'] -%}
    {%- set columns = sums(model.identifier).keys() | reject('in', not_in_rows) | list -%}
    {%- set promises = row_promises(not_null + ['row_code', 'label'], {'row_kind': kinds}, [], identities) -%}
    {%- set parts = alike_rows(model, [key, ['scope_id', 'row_order']]) -%}
    {%- do parts.append(broken_rows(model, promises, key)) -%}
    {%- do parts.append(total_against_parts(model, columns, 'section' if sections else 'row')) -%}
    {%- if sections %}{% do parts.append(sections_against_rows(model, sections, columns)) %}{% endif -%}
    {%- for total in totals %}{% do parts.append(total_against_facts(model, total)) %}{% endfor -%}
    {%- if crosswalk %}{% do parts.append(total_against_ii_06a(model, crosswalk)) %}{% endif -%}
    {{ parts | join('\nunion all\n') }}
{% endtest %}

{# {name: expression} of what holds in each row by itself. #}
{% macro row_promises(not_null, accepted, zero_or_one, identities) -%}
    {%- set promises = {} -%}
    {%- for column in not_null %}{% do promises.update({column ~ '_not_null': column ~ ' is not null'}) %}{% endfor -%}
    {%- for column, values in accepted.items() -%}
        {%- do promises.update({
            column ~ '_accepted': column ~ ' is null or ' ~ column ~ " in ('" ~ values | join("', '") ~ "')"
        }) -%}
    {%- endfor -%}
    {%- if zero_or_one -%}
        {%- do promises.update({'measures_are_0_or_1': each_name('# in (0, 1)', zero_or_one, ' and ')}) -%}
    {%- endif -%}
    {%- do promises.update(identities) -%}
    {{ return(promises) }}
{%- endmacro %}

{# Columns of a row as one text. #}
{% macro row_name(columns) -%}
    {%- for column in ([columns] if columns is string else columns) -%}
        coalesce(cast({{ column }} as {{ text_type() }}), ''){{ " || ' ' || " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# The rows in which a promise does not hold, with the names of all that do not. #}
{% macro broken_rows(model, promises, key) -%}
    {%- set names = [] -%}
    {%- for name, expression in promises.items() -%}
        {%- do names.append("case when " ~ expression ~ " then '' else '" ~ name ~ "; ' end") -%}
    {%- endfor -%}
    select
        {{ names | join('\n        || ') }} as identity,
        {{ row_name(key) }} as row_name
    from {{ model }}
    where not coalesce(({{ promises.values() | join(') and (') }}), false)
{%- endmacro %}

{# A query per key: the keys more than one row has. #}
{% macro alike_rows(model, keys) -%}
    {%- set queries = [] -%}
    {%- for key in keys -%}
        {%- set columns = [key] if key is string else key -%}
        {%- set query -%}
    select
        'unique_{{ columns | join("_") }}' as identity,
        {{ row_name(columns) }} as row_name
    from {{ model }}
    {{ 'where ' ~ key ~ ' is not null' if key is string }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
        {%- endset -%}
        {%- do queries.append(query) -%}
    {%- endfor -%}
    {{ return(queries) }}
{%- endmacro %}

{# A query per column: the rows whose value the other model does not have. #}
{% macro strange_values(model, belongs_to, key) -%}
    {%- set queries = [] -%}
    {%- for column, whole in belongs_to.items() -%}
        {%- set other, other_column = whole.split('.') -%}
        {%- set query -%}
    select
        '{{ column }}_in_{{ other }}' as identity,
        {{ row_name(key) }} as row_name
    from {{ model }}
    where
        {{ column }} is not null
        and {{ column }} not in (
            select known.{{ other_column }} from {{ ref(other) }} as known where known.{{ other_column }} is not null
        )
        {%- endset -%}
        {%- do queries.append(query) -%}
    {%- endfor -%}
    {{ return(queries) }}
{%- endmacro %}

{# `left.a <> right.a or …` for columns; a missing right side counts as 0. #}
{% macro any_differs(left, right, columns) -%}
    {%- for column in columns -%}
        {{ left }}.{{ column }} <> coalesce({{ right }}.{{ column }}, 0){{ ' or ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# `sum(a) as a, …` for columns. #}
{% macro sums_of(columns) -%}
    {%- for column in columns %}sum({{ column }}) as {{ column }}{{ ', ' if not loop.last }}{% endfor -%}
{%- endmacro %}

{# The scopes whose total row is not the sum of its rows (or sections). #}
{% macro total_against_parts(model, columns, kind) -%}
    select
        '{{ kind }}s_add_up' as identity,
        total_row.scope_id as row_name
    from {{ model }} as total_row
    left join (
        select scope_id, {{ sums_of(columns) }}
        from {{ model }}
        where row_kind = '{{ kind }}'
        group by scope_id
    ) as parts on total_row.scope_id = parts.scope_id
    where total_row.row_kind = 'total' and ({{ any_differs('total_row', 'parts', columns) }})
{%- endmacro %}

{# The sections whose row is not the sum of their rows. #}
{% macro sections_against_rows(model, section_column, columns) -%}
    select
        'sections_add_up' as identity,
        {{ row_name(['section_row.scope_id', 'section_row.' ~ section_column]) }} as row_name
    from {{ model }} as section_row
    left join (
        select scope_id, {{ section_column }}, {{ sums_of(columns) }}
        from {{ model }}
        where row_kind = 'row'
        group by scope_id, {{ section_column }}
    ) as rows_of
        on section_row.scope_id = rows_of.scope_id and section_row.{{ section_column }} = rows_of.{{ section_column }}
    where section_row.row_kind = 'section' and ({{ any_differs('section_row', 'rows_of', columns) }})
{%- endmacro %}

{# The scopes whose total row is not the sum over the facts of the scope. #}
{% macro total_against_facts(model, total) -%}
    {%- set fact = total.get('fact', 'fct_dossier_period') -%}
    {%- set key = total.get('key', 'dossier_code') -%}
    {%- set form = model.identifier -%}
    select
        'total_is_sum_of_{{ fact }}' as identity,
        total_row.scope_id as row_name
    from {{ model }} as total_row
    left join (
        select scope_id, {{ sums_of(measures(fact, form)) }}
        from (
            select in_scope.scope_id, {{ each_measure('fact.#', fact, form=form) }}
            from {{ ref(total.get('bridge', 'int_dossier_in_scope')) }} as in_scope
            inner join {{ ref(fact) }} as fact on in_scope.{{ key }} = fact.{{ key }}
            {%- if total.get('declared') %}
            union all
            select in_scope.scope_id, {{ each_measure('declared.#', fact, form=form) }}
            from {{ ref('int_declared_in_scope') }} as in_scope
            inner join {{ ref('fct_declared_period') }} as declared on in_scope.declared_id = declared.declared_id
            {%- endif %}
        ) as every_fact
        group by scope_id
    ) as facts on total_row.scope_id = facts.scope_id
    where total_row.row_kind = 'total' and ({{ any_differs('total_row', 'facts', measures(fact, form)) }})
{%- endmacro %}

{# The scopes whose total row is not that of II.06a, column sums against column sums (a layout's crosswalk). What no
   dossier is behind is in II.06a only, and left out. An office without sections has no II.06a: nothing to hold
   the layout against. #}
{% macro total_against_ii_06a(model, pairs) -%}
    select
        'crosswalk_to_ii_06a' as identity,
        coalesce(ours.scope_id, theirs.scope_id) as row_name
    from (
        select scope_id{% for ours in pairs %}, {{ ours }} as pair_{{ loop.index }}{% endfor %}
        from {{ model }}
        where row_kind = 'total'
    ) as ours
    full outer join (
        select scope_id{% for theirs in pairs.values() %}, {{ theirs }} as pair_{{ loop.index }}{% endfor %}
        from (
            select form.scope_id, {{ each_measure('form.# - coalesce(declared.#, 0) as #', form='form_ii_06a') }}
            from {{ ref('form_ii_06a') }} as form
            left join (
                select in_scope.scope_id, {{ each_measure('sum(fact.#) as #', form='form_ii_06a') }}
                from {{ ref('int_declared_in_scope') }} as in_scope
                inner join {{ ref('fct_declared_period') }} as fact on in_scope.declared_id = fact.declared_id
                group by in_scope.scope_id
            ) as declared on form.scope_id = declared.scope_id
            where form.row_kind = 'total'
        ) as official
    ) as theirs on ours.scope_id = theirs.scope_id
    where (select count(*) from {{ ref('form_ii_06a') }} as form where form.row_kind = 'total') > 0 and (
        ours.scope_id is null or theirs.scope_id is null
        {%- for ours in pairs %} or ours.pair_{{ loop.index }} <> theirs.pair_{{ loop.index }}{% endfor %}
    )
{%- endmacro %}
