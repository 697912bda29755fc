-- What once happened comes from the newest row, whoever sent it; what a system overwrites (status, due dates, the pause: a
-- second supplement writes over the first one's dates) from the owner's first delivery that observed the dossier at or
-- after the end of the as-of day, else the last before it. So do the side remarks no date gives the day of (fees, rating).
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
)

select
    newest.dossier_code,
    newest.written_code,
    newest.row_id,
    newest.original_unit_id,
    newest.owner_unit_id as receiving_unit_id,
    newest.owner_unit_kind as receiving_unit_kind,
    newest.procedure_code,
    newest.procedure_name,
    newest.procedure_name_key,
    newest.field_name,
    newest.field_name_key,
    newest.handling_unit,
    newest.handling_unit_key,
    newest.channel,
    newest.submitted_at,
    newest.received_at,
    as_of_day.supplement_requested_at,
    as_of_day.supplement_received_at,
    newest.finished_at,
    newest.delivered_at,
    newest.apology_at,
    newest.channel_label,
    newest.paid_at,
    newest.status as newest_status,
    as_of_day.status,
    as_of_day.reappointment_count,
    as_of_day.overdue_cause,
    as_of_day.service_level,
    as_of_day.fee_kind,
    as_of_day.fee_due,
    as_of_day.fee_paid,
    as_of_day.payment_channel,
    as_of_day.digitised_intake,
    as_of_day.digitised_result,
    as_of_day.satisfaction,
    coalesce(as_of_day.due_at, promised_before.due_at) as due_at,
    as_of_day.due_at is null and promised_before.due_at is not null as is_due_blanked,
    as_of_day.new_due_at,
    as_of_day.due_after_supplement,
    as_of_day.observed_at as status_observed_at,
    first_due.due_at as first_due_at,
    newest.flags,
    newest.delivery_id,
    newest.source_file,
    newest.source_sheet,
    newest.source_row
from {{ ref('int_case_row_ranked') }} as newest
inner join {{ ref('int_case_row_ranked') }} as as_of_day
    on newest.dossier_code = as_of_day.dossier_code and as_of_day.as_of_rank = 1
inner join {{ ref('int_case_row_ranked') }} as first_due
    on newest.dossier_code = first_due.dossier_code and first_due.first_due_rank = 1
left join promised_before
    on newest.dossier_code = promised_before.dossier_code and promised_before.promise_rank = 1
where newest.dossier_rank = 1
