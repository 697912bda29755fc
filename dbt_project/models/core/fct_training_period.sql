-- Trainings of the period, with how many of the unit took part. One training several units went to is one of each.
select
    record.record_id,
    record.record_code,
    record.reporting_unit_id,
    training.organiser,
    training.topic,
    record.from_on as trained_on,
    1 as trainings,
    case when training.organiser = 'own' then 1 else 0 end as own_trainings,
    training.focal_count + training.one_stop_count + training.other_count as participants,
    training.focal_count as focal_participants,
    training.one_stop_count as one_stop_participants,
    training.other_count as other_participants,
    case when training.organiser = 'own' then 'held' else 'attended' end as reason_code,
    record.row_id,
    record.delivery_id,
    record.source_file,
    record.source_sheet,
    record.source_row,
    record.flags
from {{ ref('int_record_ranked') }} as record
inner join {{ ref('stg_trainings') }} as training on record.row_id = training.row_id
where record.stream = 'trainings' and record.fate = 'counted'
