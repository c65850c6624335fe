"""The demo stand: every system on one machine, started by one command and ended with it."""
