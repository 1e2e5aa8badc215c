"""Long work: an aggregate with state, progress and result, run by a child process, resumed after a kill."""

from shared.jobs.job import Job, JobFault
from shared.jobs.store import job_store, start_progress, submit

__all__ = ["Job", "JobFault", "job_store", "start_progress", "submit"]
