-- Every row of case_exports with the unit it names and the key of its dossier (domain/05 5.6), and what orders the rows of
-- a dossier; the rest of a row stays in stg_case_exports and is joined once the row that counts is known.
with named as (
    select
        row_of.row_id,
        row_of.dossier_code,
        row_of.is_own_number,
        row_of.book_year,
        row_of.received_at,
        row_of.due_at,
        row_of.finished_at,
        row_of.status,
        row_of.flags,
        row_of.delivery_id,
        row_of.delivery_receipt_no,
        row_of.observed_at,
        row_of.shown_on,
        row_of.source_file,
        row_of.source_sheet,
        row_of.source_row,
        case
            when row_of.unit_from = 'column' then coalesce(unit_key.unit_id, 'unknown')
            else coalesce(row_of.sender_unit_id, 'unknown')
        end as named_unit_id,
        cast(coalesce(row_of.received_at, row_of.submitted_at) as date) as entered_on
    from {{ ref('stg_case_exports') }} as row_of
    left join {{ source('landed', 'unit_alias') }} as unit_key on row_of.receiving_unit_key = unit_key.unit_key
),

{{ keyed_rows('named', 'dossier_code', 'dossier_key', 'named_unit_id') }}
