{{ in_scope_of(fact='fct_declared_period', key='declared_id') }}
