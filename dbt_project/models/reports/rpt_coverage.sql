-- A unit has answered a period when it has answered every part of it (rpt_obligation); here with its files and rows.
with whole as (
    select
        unit_id,
        stream,
        count(*) as part_count,
        sum(case when state = 'accepted' then 1 else 0 end) as accepted_count,
        sum(case when state = 'stale' then 1 else 0 end) as stale_count,
        sum(case when state = 'refused' then 1 else 0 end) as refused_count,
        sum(case when timing = 'late' then 1 else 0 end) as late_count,
        sum(case when timing = 'unknown' then 1 else 0 end) as unknown_count
    from {{ ref('rpt_obligation') }}
    group by unit_id, stream
),

stated as (
    select
        unit_id,
        stream,
        {{ joined('part_label', ', ', 'part_start_on') }} as missing_parts
    from {{ ref('rpt_obligation') }}
    where state <> 'accepted'
    group by unit_id, stream
),

-- Of the versions an office below issued, a later one has the dossiers of those before it.
files as (
    select
        delivery.unit_id,
        delivery.stream,
        count(*) as files,
        sum(case when delivery.is_counted and coalesce(version.is_asked, true) then delivery.rows_typed else 0 end) as rows_typed,
        sum(case when delivery.is_counted then delivery.rows_rejected else 0 end) as rows_rejected
    from {{ ref('rpt_delivery') }} as delivery
    left join {{ ref('int_issued_version') }} as version on delivery.delivery_id = version.delivery_id
    where delivery.answers_period
    group by delivery.unit_id, delivery.stream
)

select
    whole.unit_id,
    whole.stream,
    coalesce(stream.title, whole.stream) as stream_title,
    whole.stream in (
        {%- for name in record_streams() %}
            '{{ name }}'{{ ',' if not loop.last }}
        {%- endfor %}
    ) as is_of_sender,
    coalesce(unit.name_vi, whole.unit_id) as unit_name,
    coalesce(unit.sort_no, 999999) as sort_no,
    case
        when whole.accepted_count = whole.part_count then 'accepted'
        when whole.stale_count > 0 then 'stale'
        when whole.refused_count > 0 then 'refused'
        else 'missing'
    end as state,
    case
        when whole.accepted_count < whole.part_count then null
        when whole.late_count > 0 then 'late'
        when whole.unknown_count > 0 then 'unknown'
        else 'on_time'
    end as timing,
    case when whole.part_count > 1 then stated.missing_parts end as missing_parts,
    cast(coalesce(files.files, 0) as integer) as files,
    cast(coalesce(files.rows_typed, 0) as bigint) as rows_typed,
    cast(coalesce(files.rows_rejected, 0) as bigint) as rows_rejected
from whole
left join stated on whole.unit_id = stated.unit_id and whole.stream = stated.stream
left join files on whole.unit_id = files.unit_id and whole.stream = files.stream
left join {{ source('landed', 'stream') }} as stream on whole.stream = stream.stream
left join {{ ref('dim_unit') }} as unit on whole.unit_id = unit.unit_id
