-- Services offered online on the last counted day (reference/services.csv). One code may be a procedure of wards and of the
-- city: it is one service, of the field of its first version by id.
with versions as (
    select
        service.procedure_code,
        service.service_level,
        service.on_national_portal,
        service.takes_payment,
        service.source_row,
        row_number() over (
            partition by service.procedure_code
            order by coalesce(service.valid_from, question.period_start) desc
        ) as version_rank
    from {{ source('landed', 'service') }} as service
    cross join {{ ref('stg_question') }} as question
    where
        service.service_level in ('partial', 'full')
        and coalesce(service.valid_from, question.until_on) <= question.until_on
        and coalesce(service.valid_to, question.until_on) >= question.until_on
),

catalogue as (
    select
        procedure_of.procedure_code,
        procedure_of.procedure_name,
        procedure_of.field_code,
        row_number() over (partition by procedure_of.procedure_code order by procedure_of.procedure_id) as procedure_rank,
        max(case when procedure_of.competent_level in ('ward', 'both') then 1 else 0 end)
            over (partition by procedure_of.procedure_code) as is_of_wards,
        max(case when procedure_of.competent_level = 'ward' then 0 else 1 end)
            over (partition by procedure_of.procedure_code) as is_of_city
    from {{ ref('dim_procedure') }} as procedure_of
    where procedure_of.is_in_period
)

select
    versions.procedure_code,
    catalogue.procedure_name,
    coalesce(catalogue.field_code, 'unknown') as field_code,
    field.field_name,
    field.department_unit_id,
    coalesce(catalogue.is_of_wards, 0) = 1 as is_of_wards,
    coalesce(catalogue.is_of_city, 0) = 1 as is_of_city,
    versions.service_level as reason_code,
    cast(null as {{ text_type() }}) as delivery_id,
    'reference/services.csv' as source_file,
    cast(null as {{ text_type() }}) as source_sheet,
    versions.source_row,
    1 as services_total,
    case when versions.service_level = 'partial' then 1 else 0 end as services_partial,
    case when versions.service_level = 'full' then 1 else 0 end as services_full,
    case when versions.on_national_portal = 'yes' then 1 else 0 end as services_on_national_portal,
    case when versions.takes_payment = 'yes' then 1 else 0 end as services_paid
from versions
left join catalogue on versions.procedure_code = catalogue.procedure_code and catalogue.procedure_rank = 1
left join {{ ref('dim_field') }} as field on coalesce(catalogue.field_code, 'unknown') = field.field_code
where versions.version_rank = 1
