-- What units owe for each part of the period as duties of the unit (area XI), by rpt_obligation.
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
    obligation.file_name as source_file,
    obligation.state = 'accepted' and obligation.rows_read = 0 as is_nil,
    case
        when obligation.state = 'accepted' then obligation.timing
        when obligation.state = 'refused' then 'returned'
        else 'not_sent'
    end as state
from {{ ref('rpt_obligation') }} as obligation
inner join {{ ref('dim_unit') }} as unit on obligation.unit_id = unit.unit_id
left join {{ source('landed', 'stream') }} as stream on obligation.stream = stream.stream
