-- Layout in use from 2025: online dossiers by service level; a level not told is partial [A].
{{ unit_form(
    columns={
        'received_total': 'received_total',
        'received_online_full': 'received_online_full',
        'received_online_partial': 'received_online_not_full',
        'received_postal': 'received_postal',
        'received_direct': 'received_direct',
        'carried_in': 'carried_in',
        'resolved_total': 'resolved_total',
        'resolved_early': 'resolved_early',
        'resolved_on_time': 'resolved_on_time',
        'resolved_overdue': 'resolved_overdue',
        'pending_total': 'pending_total',
        'pending_in_time': 'pending_in_time',
        'pending_overdue': 'pending_overdue',
        'received_unknown_channel': 'received_unknown_channel',
        'resolved_without_result': 'resolved_without_result'
    },
    total='TỔNG CỘNG'
) }}
