"""Who works here and what each may see: people, roles, reporting lines, the visibility that was chosen, who looked.

A Django app. What people enter that analysis needs leaves through the log alone; private text stays here.
"""
