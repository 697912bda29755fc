-- Layout of Quyết định 766: what is paused has a group of its own, and is pending in no other.
{{ unit_form(
    columns={
        'received_total': 'received_total',
        'carried_in': 'carried_in',
        'received_in_period': 'received_in_period',
        'received_online': 'received_online',
        'received_direct': 'received_direct',
        'received_postal': 'received_postal',
        'resolved_total': 'resolved_total',
        'resolved_early': 'resolved_early',
        'resolved_on_time': 'resolved_on_time',
        'resolved_overdue': 'resolved_overdue',
        'pending_total': 'pending_not_paused',
        'pending_in_time': 'pending_in_time_not_paused',
        'pending_overdue': 'pending_overdue',
        'paused_total': 'paused_total',
        'paused_in_time': 'paused_in_time',
        'paused_overdue': 'paused_overdue',
        'received_unknown_channel': 'received_unknown_channel',
        'resolved_without_result': 'resolved_without_result'
    }
) }}
