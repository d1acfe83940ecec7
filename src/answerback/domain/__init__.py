"""The words of the product as types.

Records and their neutral schemas, kinds, the playbook, periods, scope, answers and errors. Standard library and
pydantic only: nothing here knows a database, a file format or a screen.
"""
