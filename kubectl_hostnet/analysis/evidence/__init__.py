"""Where a container listens, as far as it can be known without asking it: one module an evidence source."""
