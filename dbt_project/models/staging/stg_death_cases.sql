-- A linked case ends with the last of its steps: the residence, and the benefit where one was asked for. A death with
-- nothing linked to it is over on the day it is registered.
with typed as (
    select
        row_of.case_code as record_code,
        row_of.requested,
        cast(row_of.due_on as date) as due_on,
        cast(row_of.residence_on as date) as residence_on,
        cast(row_of.benefit_on as date) as benefit_on,
        coalesce(row_of.requested in ('linked_two', 'linked_survivor', 'linked_funeral'), false) as is_linked,
        case
            when row_of.requested not in ('linked_survivor', 'linked_funeral') then null
            when row_of.benefit_partner in ('social_insurance', 'labour') then row_of.benefit_partner
            when row_of.requested = 'linked_survivor' then 'social_insurance'
            else 'labour'
        end as benefit_partner,
        cast(row_of.registered_on as date) as from_on,
        {{ record_lineage() }}
    from {{ source('landed', 'death_cases') }} as row_of
    inner join {{ ref('stg_delivery') }} as delivery on row_of.delivery_id = delivery.delivery_id
    where delivery.is_counted
)

select
    typed.*,
    case
        when not is_linked then from_on
        when requested = 'linked_two' then residence_on
        when residence_on is null or benefit_on is null then null
        when residence_on > benefit_on then residence_on
        else benefit_on
    end as to_on
from typed
