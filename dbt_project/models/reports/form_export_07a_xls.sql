-- Layout 07a as exports have it: those withdrawn and those stopped stand in their own columns and in no total [A];
-- an apology given late is an apology given; who sent online and was not taken in is in no total either.
{{ unit_form(
    columns={
        'received_total': 'received_total',
        'received_direct': 'received_direct',
        'received_online_full': 'received_online_full',
        'received_online_partial': 'received_online_partial',
        'received_online_other': 'received_online_other',
        'received_non_boundary': 'received_non_boundary',
        'carried_in': 'carried_in',
        'resolved_total': 'resolved_not_withdrawn',
        'resolved_early_or_on_time': 'resolved_in_time_not_withdrawn',
        'resolved_overdue_apologised': 'resolved_overdue_apologised_at_all',
        'resolved_overdue_not_apologised': 'resolved_overdue_not_apologised',
        'pending_total': 'pending_not_suspended',
        'pending_in_time': 'pending_in_time_not_suspended',
        'pending_overdue_apologised': 'pending_overdue_apologised_at_all',
        'pending_overdue_not_apologised': 'pending_overdue_not_apologised',
        'payments_total': 'paid',
        'payments_online': 'paid_online',
        'payments_direct': 'paid_directly',
        'suspended': 'suspended',
        'withdrawn': 'withdrawn',
        'received_postal': 'received_postal',
        'received_unknown_channel': 'received_unknown_channel'
    },
    waiting={
        'awaiting_intake_in_time': 'awaiting_intake_in_time',
        'awaiting_intake_overdue': 'awaiting_intake_overdue',
        'rejected': 'rejected'
    }
) }}
