"""Writes a believable region as a folder of files for `registratura load-region`.

The names of districts and of the public organisations of Kaluga region are real and taken from
public texts. Everything else is invented: people, doctors, numbers, telephones, most addresses,
timetables. The same size, seed and day always give the same files.
"""
