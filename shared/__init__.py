"""What the services may have in common: contracts, messaging, storage, jobs, web, security, observability."""
