-- Each plan of the year a unit owes, and the document it issued for it, whatever period that was sent in: the first one
-- of its kind by the newest word on each. A plan is of the year its row names, else of the reporting year it was
-- issued in.
with kinds as (
    select 'control_plan' as plan_kind
    from {{ ref('stg_question') }}
    union all
    select 'review_plan' as plan_kind
    from {{ ref('stg_question') }}
),

duty as (
    select
        obligation.unit_id,
        kinds.plan_kind,
        cast(extract(year from question.period_end) as integer) as plan_year,
        cast(
            cast(extract(year from question.period_end) as {{ text_type() }}) || '-' || question.plan_before as date
        ) as due_on,
        question.until_on,
        min(obligation.source_row) as obligation_row
    from {{ source('landed', 'obligation') }} as obligation
    inner join {{ ref('dim_unit') }} as unit on obligation.unit_id = unit.unit_id
    cross join {{ ref('stg_question') }} as question
    cross join kinds
    where
        obligation.stream = 'directives'
        and coalesce(obligation.valid_from, question.period_end) <= question.period_end
        and coalesce(obligation.valid_to, question.period_end) >= question.period_end
    group by obligation.unit_id, kinds.plan_kind, question.period_end, question.plan_before, question.until_on
),

plan as (
    select
        record.record_id,
        record.record_code,
        record.reporting_unit_id,
        directive.directive_kind,
        record.from_on as issued_on,
        record.row_id,
        record.delivery_id,
        record.source_file,
        record.source_sheet,
        record.source_row,
        record.flags,
        coalesce(
            cast(directive.plan_year as integer),
            cast(extract(year from reporting_year.end_on) as integer),
            cast(extract(year from record.from_on) as integer)
        ) as plan_year
    from {{ ref('int_record_ranked') }} as record
    inner join {{ ref('stg_directives') }} as directive on record.row_id = directive.row_id
    cross join {{ ref('stg_question') }} as question
    left join {{ source('landed', 'period') }} as reporting_year
        on
            reporting_year.period_kind = 'year'
            and record.from_on >= reporting_year.start_on
            and record.from_on <= reporting_year.end_on
    where
        record.stream = 'directives'
        and record.record_rank = 1
        and directive.directive_kind in ('control_plan', 'review_plan')
        and record.from_on <= question.until_on
),

first_plan as (
    select
        plan.*,
        row_number() over (
            partition by reporting_unit_id, directive_kind, plan_year
            order by issued_on, record_id
        ) as plan_rank
    from plan
),

-- Units none of whose files were read (nothing sent, or all refused): whether they issued a plan is unknown.
without_files as (
    select unit_id
    from {{ ref('rpt_coverage') }}
    where stream = 'directives' and state <> 'accepted' and rows_typed = 0
)

select
    'plan:' || duty.unit_id || ':' || duty.plan_kind as record_id,
    duty.unit_id as reporting_unit_id,
    duty.plan_kind,
    duty.plan_year,
    duty.due_on,
    first_plan.issued_on,
    first_plan.record_code,
    first_plan.row_id,
    first_plan.delivery_id,
    coalesce(first_plan.source_file, 'reference/obligations.csv') as source_file,
    first_plan.source_sheet,
    coalesce(first_plan.source_row, duty.obligation_row) as source_row,
    first_plan.flags,
    case
        when first_plan.issued_on < duty.due_on then 'plan_on_time'
        when first_plan.issued_on >= duty.due_on then 'plan_late'
        when duty.until_on >= duty.due_on and without_files.unit_id is not null then 'plan_unreported'
        when duty.until_on >= duty.due_on then 'plan_missing'
        else 'plan_not_due'
    end as state
from duty
left join first_plan
    on
        duty.unit_id = first_plan.reporting_unit_id
        and duty.plan_kind = first_plan.directive_kind
        and duty.plan_year = first_plan.plan_year
        and first_plan.plan_rank = 1
left join without_files on duty.unit_id = without_files.unit_id
