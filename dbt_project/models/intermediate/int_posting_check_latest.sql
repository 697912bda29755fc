-- Checks of the period; of one unit, content and place the last one speaks.
select
    record.record_id,
    record.row_id,
    record.reporting_unit_id,
    record.from_on as checked_on,
    record.delivery_id,
    record.source_file,
    record.source_sheet,
    record.source_row,
    record.flags,
    posting.check_code,
    posting.posting_kind,
    posting.posting_place,
    posting.in_force,
    posting.posted,
    coalesce(posting.expired_posted, 0) as expired_posted,
    coalesce(catalogue.catalogue_in_force, 0) as catalogue_in_force,
    row_number() over (
        partition by record.reporting_unit_id, posting.posting_kind, posting.posting_place
        order by record.from_on desc, record.record_id desc
    ) = 1 as is_latest
from {{ ref('int_record_ranked') }} as record
inner join {{ ref('stg_posting_checks') }} as posting on record.row_id = posting.row_id
left join {{ ref('int_posting_catalogue') }} as catalogue on record.reporting_unit_id = catalogue.unit_id
where record.stream = 'posting_checks' and record.fate = 'counted'
