-- Layout 07a as exports have it: those withdrawn and those stopped are in their own columns and in no total [A];
-- an apology given late is an apology given; who sent online and was not taken in is in no total either.
{{ unit_form(has_waiting=true) }}
