"""What CRM exports have in common: objects that are declared as records, and applied batch by batch.

A CRM's own package holds data only: which file is which object, and which columns make which field of which record.
This package applies it to whole columns, so that exports of millions of rows are read at the speed of columns, and
keeps the account: every row ends as kept, as a non-event counted by kind, or as a reject with its file, row and field.
"""
