-- The feedback of versions offices below issued, each in its place in this office's forms: handled by the unit that issued it,
-- in the field of the name it gives. Measures are those of the period they were issued for. What two versions show is of the
-- newer one; a number of a unit's own book is that unit's, and that office's where a unit took over several.
with {{ issued_rows('stg_issued_feedback', 'feedback_code', 'feedback_key') }},

placed as (
    select
        ranked.*,
        coalesce(unit.unit_id, 'unknown') as unit_id,
        coalesce(named.field_code, 'unknown') as known_field_code
    from ranked
    left join {{ ref('int_unit_succeeded') }} as succeeded on ranked.sender_unit_id = succeeded.unit_id
    left join {{ ref('dim_unit') }} as unit on coalesce(succeeded.current_unit_id, ranked.sender_unit_id) = unit.unit_id
    left join {{ ref('int_field_named') }} as named on ranked.field_name_key = named.field_name_key
)

select
    placed.feedback_key as feedback_code,
    placed.unit_id as handling_unit_id,
    cast(null as {{ text_type() }}) as about_unit_id,
    placed.known_field_code as field_code,
    field.field_name,
    placed.intake_source,
    placed.feedback_kind,
    placed.is_complex,
    placed.received_at,
    cast(placed.due_on as date) as due_on,
    placed.due_rule,
    placed.transferred_at,
    placed.answered_at,
    placed.published_at,
    cast(placed.publish_due_on as date) as publish_due_on,
    placed.closed_at,
    placed.status,
    placed.result_kind,
    placed.satisfaction,
    placed.outcome,
    placed.reason_code,
    {{ each_name('placed.#', measures_of('fct_feedback_period')) }},
    placed.row_id,
    placed.delivery_id,
    placed.source_file,
    placed.source_sheet,
    placed.source_row,
    placed.flags,
    case
        when not placed.is_of_period then 'other_period'
        when not placed.is_asked then 'other_day'
        when placed.issue_rank > 1 then 'duplicate'
        else 'counted'
    end as fate
from placed
left join {{ ref('dim_field') }} as field on placed.known_field_code = field.field_code
