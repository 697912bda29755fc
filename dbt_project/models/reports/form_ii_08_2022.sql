-- The figures of II.08; from 15/8/2022 [K] its levels are called partly and fully online (domain/05 5.9).
select *
from {{ ref('form_ii_08') }}
