{{ form_of_units(
    fact='fct_inspection_period', stream=['inspections', 'findings'],
    also=[{'fact': 'fct_finding_period', 'bridge': 'int_record_in_scope'}]
) }}
