{{ form_of_units(fact='fct_death_case_period', stream='death_cases') }}
