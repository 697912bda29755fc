{# The streams of records: hand-kept sheets of the units' returns, one row an act of theirs.

   A record has no status. Its staging model gives record_code (its name in its unit's sheet), from_on and to_on (the
   days between which it belongs to a period: the same day for an act, an empty to_on for what is still open), and the
   lineage; what it is on a day follows from its dates alone. #}
{% macro record_streams() -%}
    {{ return([
        'directives',
        'draft_documents',
        'internal_processes',
        'posting_checks',
        'publication_decisions',
        'focal_officers', 'inspections', 'findings', 'communications', 'trainings', 'death_cases'
    ]) }}
{%- endmacro %}

{# The columns every staging model of a record ends with. `row_of` is the landed row, `delivery` its delivery. Numbers
   of records begin anew each January: the year of the book is in the contract (book_dates). #}
{% macro record_lineage() -%}
    row_of.book_year,
    row_of.unit_name_key,
    row_of.flags,
    row_of.source_file,
    row_of.source_sheet,
    row_of.source_row,
    row_of.delivery_id,
    delivery.unit_id as sender_unit_id,
    delivery.receipt_no as delivery_receipt_no,
    delivery.observed_at,
    delivery.unit_from,
    {{ row_id('row_of') }} as row_id
{%- endmacro %}

{# Body of a form with one row a unit and a total, over one fact or several.

   A unit is a row in every form it is in when it owes a stream of the form in the period, or has a fact: what
   nothing was sent of is not silently absent. `stream` is a stream, a list of them, or empty where the facts
   themselves name every unit that owes. `fact` has record_id and reporting_unit_id, and its `bridge`
   gives the forms a record is in; each of `also` (fact, bridge) adds the measures of another fact beside them. #}
{% macro form_of_units(fact, stream, also=[], bridge='int_record_in_scope') -%}
    {%- set parts = [{'fact': fact, 'bridge': bridge}] + also -%}
    {%- set owed_streams = [stream] if stream is string else stream -%}
    with
    {%- for part in parts %}
    facts_{{ loop.index }} as (
        select
            in_scope.scope_id,
            fact.reporting_unit_id,
            {{ each_measure('sum(fact.#) as #', fact=part.fact) }}
        from {{ ref(part.bridge) }} as in_scope
        inner join {{ ref(part.fact) }} as fact on in_scope.record_id = fact.record_id
        group by in_scope.scope_id, fact.reporting_unit_id
    ),
    {%- endfor %}

    sections as (
        {{ no_sections() }}
    ),

    stub as (
        {% if owed_streams -%}
        select
            scope.scope_id,
            owed.unit_id as reporting_unit_id
        from {{ ref('rpt_coverage') }} as owed
        inner join {{ ref('dim_scope') }} as scope on owed.unit_id = scope.member_unit_id
        where owed.stream in ('{{ owed_streams | join("', '") }}')
        union
        {%- endif %}
        {%- for part in parts %}
        select
            scope_id,
            reporting_unit_id
        from facts_{{ loop.index }}
        union
        {%- endfor %}
        -- A scope in which nobody owes anything still has its total.
        select
            scope_id,
            cast(null as {{ text_type() }}) as reporting_unit_id
        from {{ ref('dim_scope') }}
    ),

    filled as (
        select
            stub.scope_id,
            stub.reporting_unit_id,
            {%- for part in parts %}
            {{ each_measure('coalesce(facts_' ~ loop.index ~ '.#, 0) as #', fact=part.fact) }}
            {{- "," if not loop.last }}
            {%- endfor %}
        from stub
        {%- for part in parts %}
        left join facts_{{ loop.index }}
            on
                stub.scope_id = facts_{{ loop.index }}.scope_id
                and stub.reporting_unit_id = facts_{{ loop.index }}.reporting_unit_id
        {%- endfor %}
    ),

    rolled as (
        {{ row_sums(key='reporting_unit_id') }}
    ),

    labels as (
        select
            unit_id as reporting_unit_id,
            name_vi as label,
            sort_no
        from {{ ref('dim_unit') }}
    ),

    {{ form_lines(key='reporting_unit_id', section='section_code') }}
{%- endmacro %}
