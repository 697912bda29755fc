-- The exports of dossiers, one a series (unit and profile) and moment: files of one moment are parts of one export. The
-- one that shows the series as of the asked day is the first made at or after the end of the day, else the last before.
with export as (
    select distinct
        delivery.unit_id as sender_unit_id,
        coalesce(delivery.profile_id, '') as profile_id,
        delivery.observed_at,
        delivery.shown_on,
        coalesce(delivery.coverage, '') = 'population' as is_population
    from {{ ref('stg_delivery') }} as delivery
    where delivery.stream = 'case_exports' and delivery.is_counted
)

select
    export.sender_unit_id,
    export.profile_id,
    export.observed_at,
    export.is_population,
    row_number() over (
        partition by export.sender_unit_id, export.profile_id
        order by
            {{ as_of_order('question.until_on', 'export.shown_on', 'export.observed_at') }}
    ) as as_of_rank
from export
cross join {{ ref('stg_question') }} as question
