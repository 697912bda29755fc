{{ form_of_units(
    fact='fct_directive_period', stream='directives', noun='directive',
    also=[{'fact': 'fct_plan_period', 'bridge': 'int_duty_in_scope', 'noun': 'plan'}], whole='direction'
) }}
