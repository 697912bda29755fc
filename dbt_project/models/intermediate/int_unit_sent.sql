-- Whether a unit has sent the rows of a stream for the period: by files of the stream, or by a version its office issued, which
-- stands for them. Who asks whether a unit sent its dossiers or its feedback asks here.
with told as (
    select
        unit_id,
        {{ stands_for('stream') }} as stream,
        case when state = 'accepted' then 1 else 0 end as is_sent,
        case when state = 'accepted' or rows_typed > 0 then 1 else 0 end as is_sent_in_part
    from {{ ref('rpt_coverage') }}
    union all
    -- A version counts where its unit owes something else, too.
    select
        sender_unit_id as unit_id,
        {{ stands_for('stream') }} as stream,
        1 as is_sent,
        1 as is_sent_in_part
    from {{ ref('int_issued_version') }}
    where is_asked
)

select
    unit_id,
    stream,
    max(is_sent) as is_sent,
    max(is_sent_in_part) as is_sent_in_part
from told
group by unit_id, stream
