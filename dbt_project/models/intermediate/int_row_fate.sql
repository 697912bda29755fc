-- What became of every typed row of every stream: the auditor's answer to "where did row 17 go?".
select
    row_id,
    delivery_id,
    dossier_code as record_code,
    source_file,
    source_sheet,
    source_row,
    flags,
    fate
from {{ ref('int_case_row_fate') }}
union all
select
    row_id,
    delivery_id,
    feedback_code as record_code,
    source_file,
    source_sheet,
    source_row,
    flags,
    fate
from {{ ref('int_feedback_row_fate') }}
union all
select
    row_id,
    delivery_id,
    procedure_code as record_code,
    source_file,
    source_sheet,
    source_row,
    flags,
    fate
from {{ ref('int_review_row_fate') }}
union all
select
    row_id,
    delivery_id,
    record_code,
    source_file,
    source_sheet,
    source_row,
    flags,
    fate
from {{ ref('int_record_ranked') }}
union all
select
    row_id,
    delivery_id,
    level_section_code || ' ' || field_name as record_code,
    source_file,
    source_sheet,
    source_row,
    flags,
    fate
from {{ ref('int_declared_row') }}
union all
select
    row_id,
    delivery_id,
    dossier_code as record_code,
    source_file,
    source_sheet,
    source_row,
    flags,
    fate
from {{ ref('int_issued_dossier') }}
union all
select
    row_id,
    delivery_id,
    feedback_code as record_code,
    source_file,
    source_sheet,
    source_row,
    flags,
    fate
from {{ ref('int_issued_feedback') }}
