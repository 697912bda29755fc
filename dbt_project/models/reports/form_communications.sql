{{ form_of_units(
    fact='fct_communication_period', stream=['communications', 'trainings'],
    also=[{'fact': 'fct_training_period', 'bridge': 'int_record_in_scope'}]
) }}
