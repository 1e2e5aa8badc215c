"""The whole system on one machine, from what is installed there: broker, database, web, workers, mail.

Whatever a module of this package starts it owns by process id, waits for until it is ready, and stops again;
what already runs on the machine is never touched.
"""
