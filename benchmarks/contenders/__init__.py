"""What is measured, one process for each: `run(job)` gives `{"events": n, "seconds": s}`."""
