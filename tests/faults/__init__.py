"""`make faults`: clients book while everything is killed; nothing is lost or doubled."""
