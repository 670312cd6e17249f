"""Data files shipped with the package: the assumption register, the face-validity table, a visits file.

Holds no code: whoever needs a file reads it, and what each column means stands in docs/assumptions.md.
"""
