-- Layout in use from 2025: online dossiers by service level; a level not told is partial [A].
{{ unit_form(total='TỔNG CỘNG') }}
