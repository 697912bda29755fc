{{ in_scope_of(fact='fct_dossier_waiting_period', key='dossier_code') }}
