-- What the units of before bring is all that is in the forms of the unit that reports.
with bridge as (
    select
        unit_id,
        {{ each_measure('sum(#) as #', form='form_ii_06a') }}
    from {{ ref('rpt_unit_bridge') }}
    group by unit_id
),

figures as (
    select
        receiving_unit_id,
        {{ each_measure('#', form='form_ii_06a') }}
    from {{ ref('fct_dossier_period') }}
    union all
    select
        receiving_unit_id,
        {{ each_measure('#', form='form_ii_06a') }}
    from {{ ref('fct_declared_period') }}
),

reported as (
    select
        receiving_unit_id,
        {{ each_measure('sum(#) as #', form='form_ii_06a') }}
    from figures
    group by receiving_unit_id
)

select bridge.unit_id
from bridge
left join reported on bridge.unit_id = reported.receiving_unit_id
where {{ each_measure('bridge.# <> coalesce(reported.#, 0)', separator=' or ', form='form_ii_06a') }}
