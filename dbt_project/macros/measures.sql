{# The measures of each fact in the order of its form; forms sum exactly these. #}
{% macro measures(noun) -%}
    {% set lists = {
        'dossier': [
            'received_total', 'received_online', 'received_direct_postal', 'received_unknown_channel', 'carried_in',
            'resolved_total', 'resolved_early', 'resolved_on_time', 'resolved_overdue', 'resolved_without_result',
            'pending_total', 'pending_in_time', 'pending_overdue', 'received_direct', 'received_postal'
        ],
        'feedback': [
            'received_total', 'about_act', 'about_regulation', 'about_both', 'carried_in', 'received_in_period',
            'own_total', 'own_resolved', 'own_pending', 'transferred', 'results_published',
            'answered_on_time', 'answered_late', 'pending_overdue', 'published_on_time',
            'satisfied', 'dissatisfied', 'rated'
        ],
        'review_document': [
            'own_documents_total', 'own_documents_amended', 'own_documents_replaced', 'own_documents_abolished',
            'own_documents_new'
        ],
        'review_procedure': [
            'own_procedures_total', 'own_procedures_amended', 'own_procedures_replaced', 'own_procedures_abolished',
            'own_procedures_new', 'saving_amount', 'cost_before_amount', 'proposed_procedures', 'reviewed', 'kept',
            'planned_late'
        ],
        'directive': [
            'documents', 'control_plans', 'review_plans', 'letters', 'other_documents'
        ],
        'plan': ['plans_owed', 'plans_on_time', 'plans_late', 'plans_missing', 'plans_not_due'],
        'submission': [
            'submissions_owed', 'sent_on_time', 'sent_late', 'returned', 'not_sent', 'declared_nil', 'revisions',
            'days_late'
        ],
        'focal_officer': ['focal_officers', 'focal_decisions'],
        'inspection': [
            'inspections', 'combined_inspections', 'own_inspections', 'inspections_done', 'inspections_on_time',
            'inspections_late', 'inspections_not_done', 'units_checked', 'inspections_concluded'
        ],
        'finding': [
            'findings', 'findings_carried', 'findings_found', 'findings_closed', 'findings_closed_on_time',
            'findings_closed_late', 'findings_open', 'findings_overdue'
        ],
        'communication': [
            'communications', 'items', 'portal_items', 'briefing_items', 'law_day_items', 'loudspeaker_items',
            'social_network_items', 'other_channel_items', 'online_service_items', 'postal_items', 'feedback_items',
            'other_topic_items', 'reach'
        ],
        'training': [
            'trainings', 'own_trainings', 'participants', 'focal_participants', 'one_stop_participants',
            'other_participants'
        ],
        'death_case': [
            'deaths_registered', 'linked_total', 'linked_two', 'linked_survivor', 'linked_funeral', 'not_linked',
            'finished_in_time', 'finished_overdue', 'pending', 'carried', 'residence_steps', 'residence_done',
            'residence_pending', 'insurance_steps', 'insurance_done', 'insurance_pending', 'labour_steps',
            'labour_done', 'labour_pending'
        ],
    } %}
    {# II.04 sums two facts; its rows are the procedures with a proposal, so what is kept or late is in no row. #}
    {% do lists.update({
        'direction': lists['directive'] + lists['plan'] + lists['focal_officer'],
        'inspecting': lists['inspection'] + lists['finding'],
        'communicating': lists['communication'] + lists['training'],
        'review': lists['review_document'] + lists['review_procedure'],
        'review_row': lists['review_document'] + lists['review_procedure'][:-3]
    }) %}
    {{ return(lists[noun]) }}
{%- endmacro %}

{# One expression per measure of a fact, `#` standing for its name. #}
{% macro each_measure(expression, separator=', ', noun='dossier') -%}
    {%- for measure in measures(noun) -%}
        {{ expression | replace('#', measure) }}{{ separator if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
