"""Looking into files that strangers sent, in a process of its own (`python -m services.evaluation.inspection`).

That process has little memory, little time, no settings and no connection: what a hostile file does to a parser ends
with it. It is started by `services.evaluation.inspector`; nobody else imports more from here than names and refusals.
"""
