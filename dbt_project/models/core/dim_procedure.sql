select
    procedure_of.procedure_id,
    procedure_of.procedure_code,
    procedure_of.procedure_name,
    procedure_of.procedure_name_key,
    procedure_of.competent_level,
    procedure_of.valid_from,
    procedure_of.valid_to,
    procedure_of.time_value,
    procedure_of.time_unit,
    procedure_of.source_row,
    coalesce(field.field_code, 'unknown') as field_code,
    coalesce(procedure_of.valid_from, question.until_on) <= question.until_on
    and coalesce(procedure_of.valid_to, question.period_start) >= question.period_start as is_in_period
from {{ source('landed', 'procedure') }} as procedure_of
cross join {{ ref('stg_question') }} as question
left join {{ ref('dim_field') }} as field on procedure_of.field_code = field.field_code
