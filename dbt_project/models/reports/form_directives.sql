{{ form_of_units(fact='fct_directive_period', stream='directives', noun='directive') }}
