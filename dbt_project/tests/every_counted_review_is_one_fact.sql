-- The rows with fate 'counted' are exactly the procedures of the office's form, row by row; documents come from the
-- rows of their own scope's units, so every one leads to a row that counts somewhere.
with counted as (
    select
        procedure_code,
        row_id
    from {{ ref('int_review_row_fate') }}
    where fate = 'counted'
),

fact as (
    select
        reviewed.procedure_code,
        reviewed.row_id
    from {{ ref('fct_review_procedure_period') }} as reviewed
    inner join {{ ref('stg_question') }} as question on reviewed.scope_id = question.office_unit_id
)

select
    counted.row_id,
    fact.row_id as fact_row_id
from counted
full outer join fact on counted.procedure_code = fact.procedure_code and counted.row_id = fact.row_id
where counted.row_id is null or fact.row_id is null
union all
select
    document.row_id,
    row_fate.row_id as fact_row_id
from {{ ref('fct_review_document_period') }} as document
left join {{ ref('int_review_row_fate') }} as row_fate
    on document.row_id = row_fate.row_id and row_fate.fate in ('counted', 'other_unit')
where row_fate.row_id is null
