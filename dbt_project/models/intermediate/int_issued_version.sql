-- The versions offices below issued that are counted: whose, of which period, under which seal; a row a file, as dossiers and
-- feedback of a version come in files of their own. Of an office's versions of the period the one speaks that was counted up
-- to the asked day; else up to the last day before it, else the first after.
select
    version.delivery_id,
    version.issue_id,
    version.version,
    version.kind,
    version.seal,
    version.office_name,
    version.office_unit_id,
    version.until_on,
    version.forced,
    delivery.unit_id as sender_unit_id,
    delivery.period_id,
    delivery.stream,
    delivery.file_name,
    delivery.period_id = question.period_id as is_of_period,
    delivery.period_id = question.period_id
    and row_number() over (
        partition by delivery.unit_id, delivery.stream, delivery.period_id, version.office_unit_id
        order by
            case when version.until_on <= question.until_on then 0 else 1 end asc,
            case when version.until_on <= question.until_on then version.until_on end desc,
            version.until_on asc,
            version.version desc,
            version.delivery_id asc
    ) = 1 as is_asked
from {{ source('landed', 'issued_version') }} as version
inner join {{ ref('stg_delivery') }} as delivery on version.delivery_id = delivery.delivery_id
cross join {{ ref('stg_question') }} as question
