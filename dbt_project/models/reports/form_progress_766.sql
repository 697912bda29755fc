-- Layout of Quyết định 766: what is paused has a group of its own, and is pending in no other.
{{ unit_form() }}
