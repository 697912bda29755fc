{%- set further_measures = measures_of('fct_dossier_period') + measures_of('fct_service_period') -%}
-- Figures with no dossier behind them, by the keys and measures of the dossier fact, so that a form sums both.
-- What a unit without an export declares in its return, and estimates. Of these, what is received in the rest of the
-- period and not resolved is pending, in time: what waits today and is
-- done by then makes that less. Overdue dossiers are counted, not estimated (domain/04 4.2: 13 by count, 12 = 11 - 13).
with cell as (
    select
        cell_id,
        receiving_unit_id,
        department_unit_id,
        level_section_code,
        unit_section_code,
        row_unit_id,
        field_code,
        min(source_row) as source_row
    from {{ ref('int_estimate_quota') }}
    group by
        cell_id, receiving_unit_id, department_unit_id, level_section_code, unit_section_code, row_unit_id, field_code
),

added as (
    select
        cell_id,
        cast(sum(case when measure = 'received_online' then added else 0 end) as bigint) as received_online,
        cast(sum(case when measure = 'received_direct' then added else 0 end) as bigint) as received_direct,
        cast(sum(case when measure = 'received_postal' then added else 0 end) as bigint) as received_postal,
        cast(sum(case when measure = 'received_unknown_channel' then added else 0 end) as bigint) as received_unknown_channel,
        cast(sum(case when measure = 'resolved_early' then added else 0 end) as bigint) as resolved_early,
        cast(sum(case when measure = 'resolved_on_time' then added else 0 end) as bigint) as resolved_on_time,
        cast(sum(case when measure = 'resolved_overdue' then added else 0 end) as bigint) as resolved_overdue,
        cast(sum(case when measure = 'resolved_without_result' then added else 0 end) as bigint) as resolved_without_result
    from {{ ref('int_estimate_measure') }}
    group by cell_id
),

summed as (
    select
        cell.*,
        added.received_online,
        added.received_direct,
        added.received_postal,
        added.received_unknown_channel,
        added.resolved_early,
        added.resolved_on_time,
        added.resolved_overdue,
        added.resolved_without_result,
        added.received_online + added.received_direct + added.received_postal + added.received_unknown_channel as received_total,
        added.resolved_early + added.resolved_on_time + added.resolved_overdue + added.resolved_without_result as resolved_total
    from cell
    inner join added on cell.cell_id = added.cell_id
),

limited as (
    select cell_id
    from {{ ref('int_estimate_cell') }}
    where is_limited
),

declared as (
    select
        declared_row.*,
        received_online + received_direct_postal + carried_in as received_total,
        resolved_early + resolved_on_time + resolved_overdue as resolved_total,
        pending_in_time + pending_overdue as pending_total
    from {{ ref('int_declared_row') }} as declared_row
    where fate = 'counted'
)

select
    'estimated|' || summed.cell_id as declared_id,
    'estimated' as kind,
    case when question.estimate_method = 'manual' then question.office_unit_id else 'kstt' end as declared_by,
    summed.receiving_unit_id,
    summed.department_unit_id,
    summed.level_section_code,
    summed.unit_section_code,
    summed.row_unit_id,
    summed.field_code,
    coalesce(field.field_name, summed.field_code) as field_name,
    cast({{ add_days('question.until_on', 1) }} as date) as from_on,
    question.period_end as to_on,
    question.estimate_method || case when limited.cell_id is null then '' else '_limited' end as reason_code,
    summed.received_total,
    summed.received_online,
    summed.received_direct + summed.received_postal as received_direct_postal,
    summed.received_unknown_channel,
    cast(0 as bigint) as carried_in,
    summed.resolved_total,
    summed.resolved_early,
    summed.resolved_on_time,
    summed.resolved_overdue,
    summed.resolved_without_result,
    summed.received_total - summed.resolved_total as pending_total,
    summed.received_total - summed.resolved_total as pending_in_time,
    cast(0 as bigint) as pending_overdue,
    summed.received_direct,
    summed.received_postal,
    cast(0 as bigint) as received_odd_channel,
    cast(0 as bigint) as without_due,
    summed.resolved_total as resolved_with_due,
    summed.resolved_early + summed.resolved_on_time as resolved_in_time_with_due,
    -- An estimate says nothing of these measures, except that all is received in the period, online at no known level.
    {% for measure in further_measures if measure not in yml_columns(this_model()) %}
        {% if measure == 'received_in_period' %}summed.received_total{% elif measure == 'received_online_other' -%}
            summed.received_online{% else %}cast(0 as bigint){% endif %} as {{ measure }},
    {% endfor %}
    cast(null as {{ text_type() }}) as delivery_id,
    case when question.estimate_method = 'manual' then 'reference/estimates.csv' end as source_file,
    cast(null as {{ text_type() }}) as source_sheet,
    summed.source_row
from summed
cross join {{ ref('stg_question') }} as question
left join limited on summed.cell_id = limited.cell_id
left join {{ ref('dim_field') }} as field on summed.field_code = field.field_code
where summed.received_total + summed.resolved_total > 0
union all
select
    'declared_by_unit|' || row_id as declared_id,
    'declared_by_unit' as kind,
    sender_unit_id as declared_by,
    receiving_unit_id,
    department_unit_id,
    level_section_code,
    unit_section_code,
    row_unit_id,
    field_code,
    field_name,
    start_on as from_on,
    end_on as to_on,
    'declared_by_unit' as reason_code,
    received_total,
    received_online,
    received_direct_postal,
    cast(0 as bigint) as received_unknown_channel,
    carried_in,
    resolved_total,
    resolved_early,
    resolved_on_time,
    resolved_overdue,
    cast(0 as bigint) as resolved_without_result,
    pending_total,
    pending_in_time,
    pending_overdue,
    received_direct_postal as received_direct,
    cast(0 as bigint) as received_postal,
    cast(0 as bigint) as received_odd_channel,
    cast(0 as bigint) as without_due,
    resolved_total as resolved_with_due,
    resolved_early + resolved_on_time as resolved_in_time_with_due,
    {% for name in further_measures if name not in yml_columns(this_model()) %}
        {% if name == 'received_in_period' %}received_online + received_direct_postal{% elif name == 'received_online_other' -%}
            received_online{% else %}cast(0 as bigint){% endif %} as {{ name }},
    {% endfor %}
    delivery_id,
    source_file,
    source_sheet,
    source_row
from declared
