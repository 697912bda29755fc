-- Both sides of the carry-over per unit and field, and what the breaks add and take away.
with pending_before as (
    select
        receiving_unit_id,
        row_unit_id,
        level_section_code,
        field_code,
        count(*) as pending_before
    from {{ source('landed', 'prior_dossier') }}
    where is_pending
    group by receiving_unit_id, row_unit_id, level_section_code, field_code
),

carried as (
    select
        fact.receiving_unit_id,
        fact.row_unit_id,
        fact.level_section_code,
        fact.field_code,
        sum(fact.carried_in) as carried_in
    from {{ ref('fct_dossier_period') }} as fact
    cross join {{ ref('stg_question') }} as question
    where question.prior_issue is not null
    group by fact.receiving_unit_id, fact.row_unit_id, fact.level_section_code, fact.field_code
),

came as (
    select
        receiving_unit_id,
        row_unit_id,
        level_section_code,
        field_code,
        count(*) as came
    from {{ ref('rpt_carry_over') }}
    where side in ('entered', 'moved')
    group by receiving_unit_id, row_unit_id, level_section_code, field_code
),

went as (
    select
        prior_receiving_unit_id as receiving_unit_id,
        prior_row_unit_id as row_unit_id,
        prior_level_section_code as level_section_code,
        prior_field_code as field_code,
        count(*) as went
    from {{ ref('rpt_carry_over') }}
    where side in ('left', 'moved')
    group by prior_receiving_unit_id, prior_row_unit_id, prior_level_section_code, prior_field_code
),

together as (
    select
        receiving_unit_id,
        row_unit_id,
        level_section_code,
        field_code,
        pending_before,
        0 as carried_in,
        0 as came,
        0 as went
    from pending_before
    union all
    select
        receiving_unit_id,
        row_unit_id,
        level_section_code,
        field_code,
        0 as pending_before,
        carried_in,
        0 as came,
        0 as went
    from carried
    union all
    select
        receiving_unit_id,
        row_unit_id,
        level_section_code,
        field_code,
        0 as pending_before,
        0 as carried_in,
        came,
        0 as went
    from came
    union all
    select
        receiving_unit_id,
        row_unit_id,
        level_section_code,
        field_code,
        0 as pending_before,
        0 as carried_in,
        0 as came,
        went
    from went
)

select
    receiving_unit_id,
    row_unit_id,
    level_section_code,
    field_code,
    cast(sum(pending_before) as bigint) as pending_before,
    cast(sum(carried_in) as bigint) as carried_in,
    cast(sum(came) as bigint) as came,
    cast(sum(went) as bigint) as went
from together
group by receiving_unit_id, row_unit_id, level_section_code, field_code
having sum(pending_before) + sum(carried_in) + sum(came) + sum(went) > 0
