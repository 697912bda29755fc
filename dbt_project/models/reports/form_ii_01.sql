{{ form_of_units(fact='fct_draft_document_period', stream='draft_documents') }}
