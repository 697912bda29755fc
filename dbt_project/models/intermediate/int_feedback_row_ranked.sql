-- Every row with the unit that handles its feedback, the sender whose rows count, and its place among the rows of that
-- feedback: the handling unit's own file before anyone else's (the office's system export), then the newest. The news of
-- a feedback is the last row of each sender, the newest first: another log may know first that it was published. What
-- it was on the asked day the log made next after that day shows, whoever keeps it, where it has a word on the status.
with placed as (
    select
        row_of.*,
        question.until_on,
        about.unit_id as about_unit_id,
        -- A log names its handling unit row by row; where it does not, or by a name no table knows, it is the sender's.
        coalesce(
            handling.unit_id,
            case when row_of.unit_from = 'column' then 'unknown' else row_of.sender_unit_id end
        ) as named_unit_id
    from {{ ref('int_feedback_row_keyed') }} as row_of
    cross join {{ ref('stg_question') }} as question
    left join {{ source('landed', 'unit_alias') }} as handling on row_of.handling_unit_key = handling.unit_key
    left join {{ source('landed', 'unit_alias') }} as about on row_of.about_unit_key = about.unit_key
),

with_unit as (
    select
        placed.*,
        coalesce(unit.unit_id, 'unknown') as handling_unit_id,
        coalesce(unit.unit_id is not null and placed.sender_unit_id in (placed.named_unit_id, unit.unit_id), false) as is_own_file
    from placed
    left join {{ ref('int_unit_succeeded') }} as succeeded on placed.named_unit_id = succeeded.unit_id
    left join {{ ref('dim_unit') }} as unit on coalesce(succeeded.current_unit_id, placed.named_unit_id) = unit.unit_id
),

with_rank as (
    select
        with_unit.*,
        row_number() over (
            partition by feedback_key, delivery_id
            order by is_own_file desc, source_row desc, row_id desc
        ) as rank_in_delivery,
        row_number() over (
            partition by feedback_key, sender_unit_id
            order by
                observed_at desc,
                delivery_receipt_no desc,
                delivery_id desc,
                is_own_file desc,
                source_row desc,
                row_id desc
        ) as sender_rank,
        row_number() over (
            partition by feedback_key
            order by
                is_own_file desc,
                observed_at desc,
                delivery_receipt_no desc,
                delivery_id desc,
                source_row desc,
                row_id desc
        ) as feedback_rank
    from with_unit
),

with_owner as (
    select
        with_rank.*,
        owner_row.sender_unit_id as owner_unit_id,
        with_rank.sender_unit_id = owner_row.sender_unit_id and with_rank.rank_in_delivery = 1 as is_owned,
        case when with_rank.sender_unit_id = owner_row.sender_unit_id and with_rank.rank_in_delivery = 1 then 0 else 1 end
            as owned_order
    from with_rank
    inner join with_rank as owner_row
        on with_rank.feedback_key = owner_row.feedback_key and owner_row.feedback_rank = 1
)

select
    row_id,
    feedback_key as feedback_code,
    owner_unit_id,
    sender_unit_id,
    named_unit_id,
    handling_unit_id,
    about_unit_id,
    is_owned,
    rank_in_delivery,
    feedback_rank,
    intake_source,
    feedback_kind,
    field_name,
    field_name_key,
    transferred_to,
    received_at,
    due_at,
    transferred_at,
    answered_at,
    published_at,
    status,
    is_complex,
    result_kind,
    satisfaction,
    flags,
    delivery_id,
    delivery_receipt_no,
    observed_at,
    shown_on,
    source_file,
    source_sheet,
    source_row,
    case
        when sender_rank = 1
            then row_number() over (
                    partition by feedback_key
                    order by
                        case when sender_rank = 1 then 0 else 1 end asc,
                        observed_at desc,
                        is_own_file desc,
                        delivery_receipt_no desc,
                        delivery_id desc
                )
    end as news_rank,
    row_number() over (
        partition by feedback_key
        order by
            case when rank_in_delivery = 1 and (owned_order = 0 or status is not null) then 0 else 1 end asc,
            {{ as_of_order() }},
            owned_order asc,
            delivery_receipt_no desc,
            delivery_id desc,
            source_row desc,
            row_id desc
    ) as as_of_rank
from with_owner
