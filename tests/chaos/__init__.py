"""Fault tests: whatever breaks, nothing is lost and nothing has its effect twice.

`python -m tests.chaos` (`make chaos`) runs a small chain of three services on the real shared code while parts of it
are killed, stopped, doubled or turned around:

    client ──HTTP──▶ units (web, worker) ──▶ registry (worker) ──▶ notifications (worker)

    rooms      the aggregates and what the handlers do           load      the client
    web        the web process of units                          stage     one fault's rooms and processes
    worker     the three workers                                 judge     what came of it, read back
    points     where a process stops to be killed                faults    one class for each fault
    ways       how a process misbehaves otherwise                harness   servers, and one fault after the other
"""
