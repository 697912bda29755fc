-- Every row with the unit that owns its dossier as of the asked day, its part in the dossier's story, and its place among
-- the rows of that dossier. `owned`: of the owner; `before`: of a unit that had it and does not show it any more; `beside`:
-- of a unit that shows it too, or took it over since. What once happened is known by the newest row, whoever sent it.
with row_of as (
    select
        placed.*,
        question.until_on,
        owner.receiving_unit_id as owner_unit_id,
        owner.receiving_unit_kind as owner_unit_kind,
        case
            when placed.receiving_unit_id = owner.receiving_unit_id then 'owned'
            when own.sighting = 'gone' then 'before'
            else 'beside'
        end as row_part
    from {{ ref('int_case_row_placed') }} as placed
    inner join {{ ref('int_dossier_holder') }} as owner on placed.dossier_key = owner.dossier_code and owner.owner_rank = 1
    inner join {{ ref('int_dossier_holder') }} as own
        on placed.dossier_key = own.dossier_code and placed.receiving_unit_id = own.receiving_unit_id
    cross join {{ ref('stg_question') }} as question
),

ordered as (
    select
        row_of.*,
        row_part = 'owned' and rank_in_delivery = 1 as is_owned,
        row_part = 'beside' or rank_in_delivery > 1 as is_duplicate,
        case when rank_in_delivery = 1 then 0 else 1 end as newest_order,
        case when row_part = 'owned' and rank_in_delivery = 1 then 0 else 1 end as owned_order,
        -- Where the owner has not shown it since the asked day, another unit that has is nearer to that day.
        case
            when row_part = 'owned' and rank_in_delivery = 1 then case when shown_on >= until_on then 0 else 2 end
            when row_part = 'beside' and rank_in_delivery = 1 and shown_on >= until_on then 1
            else 3
        end as as_of_order,
        case when row_part in ('owned', 'before') and rank_in_delivery = 1 then 0 else 1 end as first_order
    from row_of
)

select
    row_id,
    dossier_key as dossier_code,
    dossier_code as written_code,
    owner_unit_id,
    owner_unit_kind,
    named_unit_id,
    receiving_unit_id,
    receiving_unit_kind,
    row_part,
    is_owned,
    is_duplicate,
    rank_in_delivery,
    received_at,
    due_at,
    finished_at,
    flags,
    delivery_id,
    delivery_receipt_no,
    observed_at,
    shown_on,
    source_file,
    source_sheet,
    source_row,
    first_value(named_unit_id) over (
        partition by dossier_key
        order by
            owned_order,
            observed_at,
            delivery_receipt_no,
            delivery_id
    ) as original_unit_id,
    row_number() over (
        partition by dossier_key
        order by
            newest_order asc,
            observed_at desc,
            owned_order asc,
            delivery_receipt_no desc,
            delivery_id desc,
            source_row desc,
            row_id desc
    ) as dossier_rank,
    -- A receipt that a newer row leaves blank has happened all the same.
    first_value(received_at) over (
        partition by dossier_key
        order by
            case when received_at is null then 1 else 0 end asc,
            newest_order asc,
            observed_at desc,
            owned_order asc,
            delivery_receipt_no desc,
            delivery_id desc,
            source_row desc,
            row_id desc
    ) as known_received_at,
    row_number() over (
        partition by dossier_key
        order by
            as_of_order asc,
            {{ as_of_order() }},
            delivery_receipt_no desc,
            delivery_id desc
    ) as as_of_rank,
    row_number() over (
        partition by dossier_key
        order by
            owned_order asc,
            {{ as_of_order() }},
            delivery_receipt_no desc,
            delivery_id desc
    ) as remark_rank,
    row_number() over (
        partition by dossier_key
        order by
            first_order,
            case when due_at is null then 1 else 0 end,
            observed_at,
            delivery_receipt_no,
            delivery_id
    ) as first_due_rank
from ordered
