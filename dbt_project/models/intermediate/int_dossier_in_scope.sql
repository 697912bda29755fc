{{ in_scope_of(fact='fct_dossier_period', key='dossier_code') }}
