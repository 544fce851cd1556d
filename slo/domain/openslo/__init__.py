"""OpenSLO v1 documents: read with lines, checked, compared with what is stored, and written. Pure.

Source of the format: the OpenSLO specification, https://github.com/OpenSLO/OpenSLO (v1).
"""
