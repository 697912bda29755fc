{# The measures of each fact in the order of its form; forms sum exactly these. #}
{% macro measures(noun) -%}
    {% set lists = {
        'dossier': [
            'received_total', 'received_online', 'received_direct_postal', 'received_unknown_channel', 'carried_in',
            'resolved_total', 'resolved_early', 'resolved_on_time', 'resolved_overdue', 'resolved_without_result',
            'pending_total', 'pending_in_time', 'pending_overdue', 'received_direct', 'received_postal',
            'received_odd_channel', 'without_due', 'resolved_with_due', 'resolved_in_time_with_due'
        ],
        'feedback': [
            'received_total', 'about_act', 'about_regulation', 'about_both', 'carried_in', 'received_in_period',
            'own_total', 'own_resolved', 'own_pending', 'transferred', 'results_published', 'published_of_period', 'published_of_before',
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
            'planned_late', 'unclear_proposals'
        ],
        'directive': [
            'documents', 'control_plans', 'review_plans', 'letters', 'other_documents'
        ],
        'plan': ['plans_owed', 'plans_on_time', 'plans_late', 'plans_missing', 'plans_not_due'],
        'draft_document': [
            'procedures_total', 'documents_total', 'resolution_procedures', 'resolution_documents', 'decision_procedures',
            'decision_documents', 'proposal_procedures', 'proposal_documents', 'other_procedures', 'other_documents',
            'sent_to_appraisal', 'assessed_in_order', 'assessed_out_of_order', 'opinion_out_of_order'
        ],
        'procedure_level': [
            'procedures_total', 'procedures_district', 'procedures_commune', 'one_stop_total', 'one_stop_district',
            'one_stop_commune', 'outside_one_stop', 'with_process', 'without_process'
        ],
        'internal_process': ['processes_total', 'processes_district', 'processes_commune', 'electronic_processes'],
        'missing_process': ['missing_district', 'missing_commune'],
        'publication': [
            'documents_total', 'documents_published', 'documents_withdrawn', 'published_total', 'published_new',
            'published_amended', 'published_abolished', 'posted_total', 'posted_new', 'posted_removed', 'posted_late',
            'published_late'
        ],
        'posting_check': [
            'wall_in_force', 'wall_posted', 'wall_catalogue', 'portal_in_force', 'portal_posted', 'portal_catalogue',
            'expired_posted', 'places_differing', 'wall_checks', 'portal_checks'
        ],
        'posting_unit': [
            'catalogue_in_force', 'units_owed', 'units_checked', 'units_unchecked', 'feedback_units_posted'
        ],
        'submission': [
            'submissions_owed', 'sent_on_time', 'sent_late', 'sent_unknown', 'returned', 'not_sent', 'declared_nil',
            'revisions', 'days_late'
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
        ]
    } %}
    {# Of dossiers, beside the columns of II.06a (domain/05 5.1, 5.7-5.12): each list is a fact's own, no form sums all. #}
    {% do lists.update({
        'dossier_paused': ['paused_in_time', 'paused_overdue', 'suspended', 'returned', 'withdrawn'],
        'dossier_level': ['received_online_full', 'received_online_partial', 'received_online_other', 'received_in_period'],
        'dossier_cause': ['overdue_total', 'overdue_apologised', 'overdue_apologised_late', 'overdue_not_apologised'],
        'dossier_apology': [
            'resolved_overdue_apologised', 'resolved_overdue_apologised_late', 'resolved_overdue_not_apologised',
            'pending_overdue_apologised', 'pending_overdue_apologised_late', 'pending_overdue_not_apologised'
        ],
        'dossier_fee': ['payable', 'paid', 'paid_online', 'fee_mismatch'],
        'dossier_fee_amount': ['fee_due_amount', 'fee_paid_amount', 'fee_paid_online_amount'],
        'dossier_digital': ['intake_digitised', 'resolved_with_result', 'result_digitised'],
        'dossier_rating': ['rated', 'satisfied', 'dissatisfied'],
        'dossier_waiting': ['awaiting_intake', 'awaiting_intake_in_time', 'awaiting_intake_overdue', 'rejected']
    }) %}
    {% do lists.update({
        'dossier_01': lists['dossier_paused'] + lists['dossier_level'] + lists['dossier_apology'] + lists['dossier_fee']
        + lists['dossier_cause']
        + lists['dossier_digital'] + lists['dossier_rating']
    }) %}
    {% do lists.update({'dossier_more': lists['dossier_01'] + lists['dossier_fee_amount']}) %}
    {# Forms of these measures: the sums of each in the order of its columns. II.08 names them its own way. #}
    {% do lists.update({
        'dossier_overdue': ['overdue_total', 'resolved_overdue', 'pending_overdue'] + lists['dossier_cause'][1:],
        'service': ['services_total', 'services_partial', 'services_full', 'services_on_national_portal', 'services_paid'],
        'electronic_service': ['services_total', 'services_level3', 'services_level4', 'services_on_national_portal'],
        'electronic_dossier': [
            'dossiers_total', 'dossiers_direct_postal', 'dossiers_online_level3', 'dossiers_online_level4', 'received_online_other',
            'received_unknown_channel', 'payable_dossiers', 'paid_online', 'digitised_components', 'digitised_results'
        ],
        'desk_dossier': [
            'received_direct', 'received_postal', 'received_online', 'received_unknown_channel'
        ] + lists['dossier_fee'] + lists['dossier_fee_amount'] + lists['dossier_rating'] + lists['dossier_paused']
        + ['resolved_with_result', 'result_digitised', 'intake_digitised', 'received_in_period']
    }) %}
    {% do lists.update({'electronic': lists['electronic_service'] + lists['electronic_dossier']}) %}
    {% do lists.update({'desk': lists['desk_dossier'] + lists['dossier_waiting']}) %}
    {# The same dossiers by the columns of other layouts (fct_dossier_layout_period). #}
    {% do lists.update({
        'dossier_layout': [
            'received_total', 'carried_in', 'received_in_period', 'received_online', 'received_direct', 'received_postal',
            'received_unknown_channel', 'received_online_full', 'received_online_partial', 'received_online_other',
            'received_online_not_full', 'received_non_boundary', 'resolved_total', 'resolved_early', 'resolved_on_time',
            'resolved_overdue', 'resolved_without_result', 'resolved_not_withdrawn', 'resolved_in_time_not_withdrawn',
            'resolved_overdue_apologised_at_all', 'resolved_overdue_not_apologised', 'pending_total', 'pending_in_time',
            'pending_overdue', 'paused_total', 'paused_in_time', 'paused_overdue', 'pending_not_paused',
            'pending_in_time_not_paused', 'suspended', 'pending_not_suspended', 'pending_in_time_not_suspended',
            'pending_overdue_apologised_at_all', 'pending_overdue_not_apologised', 'withdrawn', 'paid', 'paid_online',
            'paid_directly'
        ],
        'nothing': []
    }) %}
    {# II.04 sums two facts; its rows are the procedures with a proposal, so what is kept or late is in no row. #}
    {% do lists.update({
        'direction': lists['directive'] + lists['plan'] + lists['focal_officer'],
        'inspecting': lists['inspection'] + lists['finding'],
        'communicating': lists['communication'] + lists['training'],
        'review': lists['review_document'] + lists['review_procedure'],
        'review_row': lists['review_document'] + lists['review_procedure'][:-4],
        'ii_07b': lists['procedure_level'] + lists['internal_process'],
        'posting': lists['posting_unit'] + lists['posting_check']
    }) %}
    {{ return(lists[noun]) }}
{%- endmacro %}

{# One expression per measure of a fact, `#` standing for its name. #}
{% macro each_measure(expression, separator=', ', noun='dossier') -%}
    {%- for measure in measures(noun) -%}
        {{ expression | replace('#', measure) }}{{ separator if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
