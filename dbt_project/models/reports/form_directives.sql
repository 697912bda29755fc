{{ form_of_units(
    fact='fct_directive_period', stream=['directives', 'focal_officers'],
    also=[
        {'fact': 'fct_plan_period', 'bridge': 'int_duty_in_scope'},
        {'fact': 'fct_focal_officer_period', 'bridge': 'int_record_in_scope'},
    ]
) }}
