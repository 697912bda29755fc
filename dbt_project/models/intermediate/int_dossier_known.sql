-- What once happened comes from the newest row, whoever sent it; what a system overwrites (status, due dates, the pause: a
-- second supplement writes over the first one's dates) from the owner's first delivery that observed the dossier at or
-- after the end of the as-of day, else another unit's, else the owner's last before it. Fees and rating, of which no date
-- says when they were so, come from the owner's row of that day alone.
with promised_before as (
    -- A due date blanked later stays as last known.
    select
        earlier.dossier_code,
        earlier.due_at,
        row_number() over (
            partition by earlier.dossier_code
            order by earlier.observed_at desc, earlier.delivery_receipt_no desc, earlier.delivery_id desc
        ) as promise_rank
    from {{ ref('int_case_row_ranked') }} as earlier
    inner join {{ ref('int_case_row_ranked') }} as as_of_day
        on earlier.dossier_code = as_of_day.dossier_code and as_of_day.as_of_rank = 1
    where
        earlier.due_at is not null
        and earlier.row_part in ('owned', 'before')
        and earlier.rank_in_delivery = 1
        and earlier.observed_at < as_of_day.observed_at
        and as_of_day.due_at is null
),

-- The row of the day is from after it and says that the dossier ended without a result after it; the row before showed
-- the clock stopped, and nothing shows that it ran again: it waited on that day (domain/05 5.4).
said_before as (
    select
        earlier.dossier_code,
        earlier_row.status,
        row_number() over (
            partition by earlier.dossier_code
            order by earlier.observed_at desc, earlier.delivery_receipt_no desc, earlier.delivery_id desc
        ) as said_rank,
        cast(ended_row.supplement_received_at as date) <= question.until_on
        and (
            earlier_row.status = 'awaiting_supplement' or ended_row.supplement_received_at > earlier.observed_at
        ) as is_resumed
    from {{ ref('int_case_row_ranked') }} as earlier
    inner join {{ ref('int_case_row_ranked') }} as ended
        on earlier.dossier_code = ended.dossier_code and ended.as_of_rank = 1
    inner join {{ ref('stg_case_exports') }} as ended_row on ended.row_id = ended_row.row_id
    inner join {{ ref('stg_case_exports') }} as earlier_row on earlier.row_id = earlier_row.row_id
    cross join {{ ref('stg_question') }} as question
    where
        {{ count_group('ended_row.status') }} = 'closed_without_result'
        and cast(ended_row.finished_at as date) > question.until_on
        and earlier.row_part in ('owned', 'before')
        and earlier.rank_in_delivery = 1
        and earlier.observed_at < ended.observed_at
),

paused_before as (
    select
        dossier_code,
        status
    from said_before
    where said_rank = 1 and {{ count_group('status') }} = 'paused' and not coalesce(is_resumed, false)
)

select
    newest.dossier_code,
    newest.written_code,
    newest.row_id,
    newest.original_unit_id,
    newest.owner_unit_id as receiving_unit_id,
    newest.owner_unit_kind as receiving_unit_kind,
    newest_row.procedure_code,
    newest_row.procedure_name,
    newest_row.procedure_name_key,
    newest_row.field_name,
    newest_row.field_name_key,
    newest_row.handling_unit,
    newest_row.handling_unit_key,
    newest_row.channel,
    newest_row.submitted_at,
    newest.known_received_at as received_at,
    as_of_row.supplement_requested_at,
    as_of_row.supplement_received_at,
    newest_row.finished_at,
    newest_row.delivered_at,
    newest_row.apology_at,
    newest_row.channel_label,
    newest_row.paid_at,
    newest_row.status as newest_status,
    coalesce(paused_before.status, as_of_row.status) as status,
    remark_row.reappointment_count,
    remark_row.overdue_cause,
    remark_row.service_level,
    remark_row.fee_kind,
    remark_row.fee_due,
    remark_row.fee_paid,
    remark_row.payment_channel,
    remark_row.digitised_intake,
    remark_row.digitised_result,
    remark_row.satisfaction,
    coalesce(as_of_day.due_at, promised_before.due_at) as due_at,
    as_of_day.due_at is null and promised_before.due_at is not null as is_due_blanked,
    as_of_row.new_due_at,
    as_of_row.due_after_supplement,
    as_of_day.observed_at as status_observed_at,
    remark_row.delivery_id as remark_delivery_id,
    first_due.due_at as first_due_at,
    newest.flags,
    newest.delivery_id,
    newest.source_file,
    newest.source_sheet,
    newest.source_row
from {{ ref('int_case_row_ranked') }} as newest
inner join {{ ref('stg_case_exports') }} as newest_row on newest.row_id = newest_row.row_id
inner join {{ ref('int_case_row_ranked') }} as as_of_day
    on newest.dossier_code = as_of_day.dossier_code and as_of_day.as_of_rank = 1
inner join {{ ref('stg_case_exports') }} as as_of_row on as_of_day.row_id = as_of_row.row_id
left join {{ ref('int_case_row_ranked') }} as remark_of
    on newest.dossier_code = remark_of.dossier_code and remark_of.remark_rank = 1
left join {{ ref('stg_case_exports') }} as remark_row on remark_of.row_id = remark_row.row_id
inner join {{ ref('int_case_row_ranked') }} as first_due
    on newest.dossier_code = first_due.dossier_code and first_due.first_due_rank = 1
left join promised_before
    on newest.dossier_code = promised_before.dossier_code and promised_before.promise_rank = 1
left join paused_before on newest.dossier_code = paused_before.dossier_code
where newest.dossier_rank = 1
