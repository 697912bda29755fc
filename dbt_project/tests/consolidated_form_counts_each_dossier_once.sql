-- II.06b has each dossier of its units' forms once: as many as there are codes, and never more than the forms added up.
with in_forms as (
    select
        in_scope.dossier_code,
        sum(case when in_scope.scope_id <> question.office_unit_id then 1 else 0 end) as unit_forms
    from {{ ref('int_dossier_in_scope') }} as in_scope
    cross join {{ ref('stg_question') }} as question
    group by in_scope.dossier_code
),

expected as (
    select
        count(*) as distinct_count,
        -- What no unit's form has (an unknown unit) is added by the office's own.
        coalesce(sum(case when unit_forms = 0 then 1 else unit_forms end), 0) as plain_count
    from in_forms
),

declared as (
    select coalesce(sum(received_total), 0) as declared_count
    from {{ ref('fct_declared_period') }}
)

select form.received_total
from {{ ref('form_ii_06b') }} as form
cross join expected
cross join declared
where
    form.row_kind = 'total'
    and (
        form.received_total <> expected.distinct_count + declared.declared_count
        or form.received_total > expected.plain_count + declared.declared_count
    )
