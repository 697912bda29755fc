-- What units owe for each part of the period as duties of the unit (area XI), by rpt_obligation. The file that answers a
-- duty is what it is read from; where none came, the line of the table that says it is owed.
with owed as (
    select
        unit_id,
        stream,
        min(source_row) as source_row
    from {{ source('landed', 'obligation') }}
    group by unit_id, stream
)

select
    'submission:' || obligation.part_id || ':' || obligation.unit_id || ':' || obligation.stream as record_id,
    obligation.unit_id as reporting_unit_id,
    obligation.stream,
    coalesce(stream.title, obligation.stream) as stream_title,
    obligation.part_id,
    obligation.part_label,
    obligation.unit_deadline_on,
    obligation.sent_from,
    obligation.sent_until as received_on,
    obligation.revisions,
    obligation.delivery_id,
    case
        when obligation.delivery_id is null then 'reference/obligations.csv' else obligation.file_name
    end as source_file,
    case when obligation.delivery_id is null then owed.source_row end as source_row,
    obligation.state = 'accepted' and obligation.rows_read = 0 as is_nil,
    case
        when obligation.state = 'accepted' then obligation.timing
        when obligation.state = 'refused' then 'returned'
        else 'not_sent'
    end as state
from {{ ref('rpt_obligation') }} as obligation
inner join {{ ref('dim_unit') }} as unit on obligation.unit_id = unit.unit_id
left join {{ source('landed', 'stream') }} as stream on obligation.stream = stream.stream
left join owed on obligation.unit_id = owed.unit_id and obligation.stream = owed.stream
