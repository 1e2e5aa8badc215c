"""What a stranger needs to recompute a published score: one module that stands alone, and its place in `zi`."""
