-- The versions offices below issued that are counted: whose, of which period, under which seal.
select
    version.delivery_id,
    version.issue_id,
    version.version,
    version.kind,
    version.seal,
    version.office_name,
    version.until_on,
    delivery.unit_id as sender_unit_id,
    delivery.period_id,
    delivery.file_name,
    delivery.period_id = question.period_id as is_of_period
from {{ source('landed', 'issued_version') }} as version
inner join {{ ref('stg_delivery') }} as delivery on version.delivery_id = delivery.delivery_id
cross join {{ ref('stg_question') }} as question
