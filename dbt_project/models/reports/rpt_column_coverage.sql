-- Which columns the files behind the dossiers of a form have: what no file has is not known, and is not printed as zero.
with files as (
    select distinct
        in_scope.scope_id,
        fact.delivery_id
    from {{ ref('int_dossier_in_scope') }} as in_scope
    inner join {{ ref('fct_dossier_period') }} as fact on in_scope.dossier_code = fact.dossier_code
),

counted as (
    select
        scope_id,
        count(*) as file_count
    from files
    group by scope_id
)

select
    files.scope_id,
    delivered.column_name,
    count(*) as files_with,
    counted.file_count
from files
inner join {{ source('landed', 'delivery_column') }} as delivered on files.delivery_id = delivered.delivery_id
inner join counted on files.scope_id = counted.scope_id
group by files.scope_id, delivered.column_name, counted.file_count
