"""De-identification: files that leave this computer do not identify the patient.

`Deidentifier` (rewriter.py) turns the bytes of one file into the bytes that may leave, or holds the
file. It decides by `Rules` (rules.py), which follow table E.1-1 of DICOM PS3.15 and a `Profile`,
and then searches the result for everything that it knows about the patient (residue.py).
"""
