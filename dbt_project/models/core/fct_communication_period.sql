-- What was made known in the period: activities, and the items or sessions each represents, by channel and by topic.
select
    record.record_id,
    record.record_code,
    record.reporting_unit_id,
    communication.channel,
    communication.topic,
    record.from_on as communicated_on,
    1 as communications,
    communication.item_count as items,
    case when communication.channel = 'portal' then communication.item_count else 0 end as portal_items,
    case when communication.channel = 'briefing' then communication.item_count else 0 end as briefing_items,
    case when communication.channel = 'law_day' then communication.item_count else 0 end as law_day_items,
    case when communication.channel = 'loudspeaker' then communication.item_count else 0 end as loudspeaker_items,
    case when communication.channel = 'social_network' then communication.item_count else 0 end as social_network_items,
    case
        when coalesce(communication.channel, '') in ('portal', 'briefing', 'law_day', 'loudspeaker', 'social_network') then 0
        else communication.item_count
    end as other_channel_items,
    case when communication.topic = 'online_service' then communication.item_count else 0 end as online_service_items,
    case when communication.topic = 'postal' then communication.item_count else 0 end as postal_items,
    case when communication.topic = 'feedback' then communication.item_count else 0 end as feedback_items,
    case
        when coalesce(communication.topic, '') in ('online_service', 'postal', 'feedback') then 0
        else communication.item_count
    end as other_topic_items,
    communication.reach,
    'communicated' as reason_code,
    record.row_id,
    record.delivery_id,
    record.source_file,
    record.source_sheet,
    record.source_row,
    record.flags
from {{ ref('int_record_ranked') }} as record
inner join {{ ref('stg_communications') }} as communication on record.row_id = communication.row_id
where record.stream = 'communications' and record.fate = 'counted'
