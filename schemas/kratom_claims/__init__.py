"""The contract of kratom-claims: reading, structure, rules and rubric.

The structural truth is the Table Schemas in ``schemas/*.json``; everything here is built from them.
"""
