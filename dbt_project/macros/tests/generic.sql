{# A boolean expression that holds in every row; null counts as broken. #}
{% test holds(model, expression) %}
    select * from {{ model }} where not coalesce({{ expression }}, false)
{% endtest %}

{# Every measure of a list is 0 or 1 in every row. #}
{% test measures_are_0_or_1(model, noun) %}
    select * from {{ model }} where not coalesce({{ each_measure('# in (0, 1)', ' and ', noun) }}, false)
{% endtest %}

{# One row per combination of columns. #}
{% test unique_together(model, columns) %}
    select {{ columns | join(', ') }}, count(*) as row_count
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endtest %}

{# Section rows are the sums of their rows, and the total row is the sum of the sections, in every measure and scope. #}
{% test sections_add_up(model, section_column, noun='dossier') %}
    with parts as (
        select
            scope_id, {{ section_column }} as section_code, row_kind,
            {{ each_measure('sum(#) as #', ', ', noun) }}
        from {{ model }}
        group by scope_id, {{ section_column }}, row_kind
    ),
    sections as (
        select scope_id, {{ each_measure('sum(#) as #', ', ', noun) }}
        from {{ model }} where row_kind = 'section' group by scope_id
    )
    select section_row.scope_id, section_row.section_code
    from parts as section_row
    left join parts as rows_of
        on section_row.scope_id = rows_of.scope_id
        and section_row.section_code = rows_of.section_code
        and rows_of.row_kind = 'row'
    where section_row.row_kind = 'section'
        and ({{ each_measure('section_row.# <> coalesce(rows_of.#, 0)', ' or ', noun) }})
    union all
    select total_row.scope_id, 'total' as section_code
    from {{ model }} as total_row
    left join sections on total_row.scope_id = sections.scope_id
    where total_row.row_kind = 'total'
        and ({{ each_measure('total_row.# <> coalesce(sections.#, 0)', ' or ', noun) }})
{% endtest %}

{# In a form without sections the total row is the sum of the rows, in every measure and scope. #}
{% test rows_add_up(model, noun) %}
    with rows_of as (
        select scope_id, {{ each_measure('sum(#) as #', ', ', noun) }}
        from {{ model }} where row_kind = 'row' group by scope_id
    )
    select total_row.scope_id
    from {{ model }} as total_row
    left join rows_of on total_row.scope_id = rows_of.scope_id
    where total_row.row_kind = 'total'
        and ({{ each_measure('total_row.# <> coalesce(rows_of.#, 0)', ' or ', noun) }})
{% endtest %}

{# The total of the form in every scope is the sum over the facts of that scope, and over the declared figures where the
   form has such: no record lost, none added. #}
{% test total_is_sum_of_facts(
    model, fact='fct_dossier_period', bridge='int_dossier_in_scope', key='dossier_code', noun='dossier', has_declared=false
) %}
    with every_fact as (
        select in_scope.scope_id, {{ each_measure('fact.#', ', ', noun) }}
        from {{ ref(bridge) }} as in_scope
        inner join {{ ref(fact) }} as fact on in_scope.{{ key }} = fact.{{ key }}
        {% if has_declared %}
            union all
            select in_scope.scope_id, {{ each_measure('declared.#', ', ', noun) }}
            from {{ ref('int_declared_in_scope') }} as in_scope
            inner join {{ ref('fct_declared_period') }} as declared on in_scope.declared_id = declared.declared_id
        {% endif %}
    ),
    facts as (
        select scope_id, {{ each_measure('sum(#) as #', ', ', noun) }}
        from every_fact
        group by scope_id
    )
    select total_row.scope_id
    from {{ model }} as total_row
    left join facts on total_row.scope_id = facts.scope_id
    where total_row.row_kind = 'total'
        and ({{ each_measure('total_row.# <> coalesce(facts.#, 0)', ' or ', noun) }})
{% endtest %}

{# The total row of a form is that of II.06a in every scope, column sums against column sums (a layout's crosswalk).
   What no dossier stands behind is in II.06a only, and left out. #}
{% test crosswalk_to_ii_06a(model, pairs) %}
    with declared as (
        select in_scope.scope_id, {{ each_measure('sum(fact.#) as #') }}
        from {{ ref('int_declared_in_scope') }} as in_scope
        inner join {{ ref('fct_declared_period') }} as fact on in_scope.declared_id = fact.declared_id
        group by in_scope.scope_id
    ),
    official as (
        select form.scope_id, {{ each_measure('form.# - coalesce(declared.#, 0) as #') }}
        from {{ ref('form_ii_06a') }} as form
        left join declared on form.scope_id = declared.scope_id
        where form.row_kind = 'total'
    ),
    ours as (
        select scope_id{% for ours in pairs %}, {{ ours }} as pair_{{ loop.index }}{% endfor %}
        from {{ model }}
        where row_kind = 'total'
    ),
    theirs as (
        select scope_id{% for ours, theirs in pairs.items() %}, {{ theirs }} as pair_{{ loop.index }}{% endfor %}
        from official
    )
    select coalesce(ours.scope_id, theirs.scope_id) as scope_id
    from ours
    full outer join theirs on ours.scope_id = theirs.scope_id
    -- An office without sections has no II.06a: then there is nothing to hold the layout against.
    where (select count(*) from official) > 0 and (
        ours.scope_id is null or theirs.scope_id is null
        {% for ours in pairs %} or ours.pair_{{ loop.index }} <> theirs.pair_{{ loop.index }}{% endfor %}
    )
{% endtest %}

{# As rows_add_up, for a form whose columns are no measures of one fact. #}
{% test unit_rows_add_up(model, columns) %}
    with rows_of as (
        select scope_id{% for name in columns %}, sum({{ name }}) as {{ name }}{% endfor %}
        from {{ model }} where row_kind = 'row' group by scope_id
    )
    select total_row.scope_id
    from {{ model }} as total_row
    left join rows_of on total_row.scope_id = rows_of.scope_id
    where total_row.row_kind = 'total' and (
        {%- for name in columns %} total_row.{{ name }} <> coalesce(rows_of.{{ name }}, 0){{ ' or' if not loop.last }}{% endfor %}
    )
{% endtest %}
