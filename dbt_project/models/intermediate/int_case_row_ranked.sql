-- Every row with its unit, the unit that owns its dossier, and its place among the rows of that dossier.
with placed as (
    select
        row_of.*,
        -- Asked after its last day, a period is still that of its last day (domain/05 5.4: recomputed later, the same).
        question.until_on,
        case
            when row_of.unit_from = 'column' then coalesce(unit_key.unit_id, 'unknown')
            else coalesce(row_of.sender_unit_id, 'unknown')
        end as named_unit_id
    from {{ ref('stg_case_exports') }} as row_of
    cross join {{ ref('stg_question') }} as question
    left join {{ source('landed', 'unit_alias') }} as unit_key on row_of.receiving_unit_key = unit_key.unit_key
),

-- What a unit that was taken over received is of the unit that answers for it on the last counted day (domain/11); what a
-- later unit shows of it is of the unit of that day.
with_current as (
    select
        placed.*,
        coalesce(succeeded.current_unit_id, placed.named_unit_id) as current_unit_id
    from placed
    left join {{ ref('int_unit_succeeded') }} as succeeded on placed.named_unit_id = succeeded.unit_id
),

of_the_day as (
    select
        later.dossier_code,
        later.current_unit_id as later_unit_id,
        earlier.current_unit_id as unit_id,
        row_number() over (
            partition by later.dossier_code, later.current_unit_id
            order by earlier.observed_at, earlier.delivery_received_at, earlier.delivery_id
        ) as unit_rank
    from with_current as later
    inner join {{ ref('int_unit_later') }} as takeover on later.current_unit_id = takeover.later_unit_id
    inner join with_current as earlier
        on later.dossier_code = earlier.dossier_code and takeover.unit_id = earlier.current_unit_id
),

with_unit as (
    select
        placed.*,
        coalesce(unit.unit_id, 'unknown') as receiving_unit_id,
        coalesce(unit.unit_kind, 'unknown') as receiving_unit_kind,
        row_number() over (
            partition by placed.dossier_code, placed.delivery_id
            order by placed.source_row desc, placed.row_id desc
        ) as rank_in_delivery,
        row_number() over (
            partition by placed.dossier_code
            order by
                case unit.unit_kind
                    when 'ward' then 1
                    when 'one_stop_desk' then 2
                    when 'department' then 3
                    when 'city' then 4
                    when 'vertical_agency' then 5
                    else 6
                end,
                placed.observed_at desc,
                placed.delivery_received_at desc,
                placed.delivery_id desc,
                placed.source_row desc,
                placed.row_id desc
        ) as dossier_rank
    from with_current as placed
    left join of_the_day
        on
            placed.dossier_code = of_the_day.dossier_code
            and placed.current_unit_id = of_the_day.later_unit_id
            and of_the_day.unit_rank = 1
    left join {{ ref('dim_unit') }} as unit on coalesce(of_the_day.unit_id, placed.current_unit_id) = unit.unit_id
),

with_owner as (
    select
        with_unit.*,
        owner_row.receiving_unit_id as owner_unit_id,
        with_unit.receiving_unit_id = owner_row.receiving_unit_id and with_unit.rank_in_delivery = 1 as is_owned,
        case when with_unit.receiving_unit_id = owner_row.receiving_unit_id and with_unit.rank_in_delivery = 1 then 0 else 1 end
            as owned_order
    from with_unit
    inner join with_unit as owner_row
        on with_unit.dossier_code = owner_row.dossier_code and owner_row.dossier_rank = 1
)

select
    row_id,
    dossier_code,
    owner_unit_id,
    named_unit_id,
    receiving_unit_id,
    receiving_unit_kind,
    is_owned,
    rank_in_delivery,
    dossier_rank,
    procedure_code,
    procedure_name,
    procedure_name_key,
    field_name,
    handling_unit,
    handling_unit_key,
    channel,
    submitted_at,
    received_at,
    due_at,
    new_due_at,
    supplement_requested_at,
    supplement_received_at,
    finished_at,
    delivered_at,
    apology_at,
    channel_label,
    reappointment_count,
    overdue_cause,
    service_level,
    fee_kind,
    fee_due,
    fee_paid,
    paid_at,
    payment_channel,
    digitised_intake,
    digitised_result,
    satisfaction,
    status,
    flags,
    delivery_id,
    delivery_received_at,
    observed_at,
    shown_on,
    due_after_supplement,
    source_file,
    source_sheet,
    source_row,
    first_value(named_unit_id) over (
        partition by dossier_code
        order by
            owned_order,
            observed_at,
            delivery_received_at,
            delivery_id
    ) as original_unit_id,
    row_number() over (
        partition by dossier_code
        order by
            owned_order,
            case when shown_on >= until_on then 0 else 1 end,
            case when shown_on >= until_on then observed_at end,
            observed_at desc,
            delivery_received_at desc,
            delivery_id desc
    ) as as_of_rank,
    row_number() over (
        partition by dossier_code
        order by
            owned_order,
            case when due_at is null then 1 else 0 end,
            observed_at,
            delivery_received_at,
            delivery_id
    ) as first_due_rank
from with_owner
