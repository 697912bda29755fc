{{ form_of_units(fact='fct_submission_period', stream=[], noun='submission', bridge='int_duty_in_scope') }}
