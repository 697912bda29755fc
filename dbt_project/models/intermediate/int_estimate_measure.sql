-- The dossiers of a cell and group shared out over its measures as the quotas are to each other (largest remainder).
with quota as (
    select
        part.cell_id,
        part.group_code,
        part.measure,
        part.measure_no,
        cell.added,
        cell.added * part.numerator as numerator,
        sum(part.numerator) over (partition by part.cell_id, part.group_code) as denominator
    from {{ ref('int_estimate_quota') }} as part
    inner join {{ ref('int_estimate_cell') }} as cell
        on part.cell_id = cell.cell_id and part.group_code = cell.group_code
    where part.numerator > 0
),

parts as (
    select
        cell_id,
        group_code,
        measure,
        measure_no,
        added,
        {{ whole_part('numerator', 'denominator') }} as whole,
        mod(numerator, denominator) as remainder
    from quota
),

ranked as (
    select
        cell_id,
        group_code,
        measure,
        whole,
        added - sum(whole) over (partition by cell_id, group_code) as left_over,
        row_number() over (partition by cell_id, group_code order by remainder desc, measure_no asc) as remainder_rank
    from parts
)

select
    cell_id,
    group_code,
    measure,
    whole + case when remainder_rank <= left_over then 1 else 0 end as added
from ranked
