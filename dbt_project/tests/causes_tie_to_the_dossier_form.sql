-- The table of causes has the overdue dossiers of II.06a: columns 10 and 13, without what is only estimated.
with declared as (
    select
        in_scope.scope_id,
        sum(declared.resolved_overdue + declared.pending_overdue) as overdue_count
    from {{ ref('int_declared_in_scope') }} as in_scope
    inner join {{ ref('fct_declared_period') }} as declared on in_scope.declared_id = declared.declared_id
    group by in_scope.scope_id
)

select form.scope_id
from {{ ref('form_ii_06a') }} as form
inner join {{ ref('form_overdue_causes') }} as causes on form.scope_id = causes.scope_id and causes.row_kind = 'total'
left join declared on form.scope_id = declared.scope_id
where
    form.row_kind = 'total'
    and causes.overdue_total + coalesce(declared.overdue_count, 0) <> form.resolved_overdue + form.pending_overdue
