{{ form_of_units(fact='fct_submission_period', stream=[], bridge='int_duty_in_scope') }}
