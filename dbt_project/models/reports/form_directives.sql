{{ form_of_units(
    fact='fct_directive_period', stream=['directives', 'focal_officers'], noun='directive',
    also=[
        {'fact': 'fct_plan_period', 'bridge': 'int_duty_in_scope', 'noun': 'plan'},
        {'fact': 'fct_focal_officer_period', 'bridge': 'int_record_in_scope', 'noun': 'focal_officer'},
    ],
    whole='direction'
) }}
