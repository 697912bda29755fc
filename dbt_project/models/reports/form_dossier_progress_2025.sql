-- Layout in use from 2025: online dossiers by service level; a level not known is partial [A].
{{ unit_form(total='TỔNG CỘNG') }}
