kubectl hostnet list --sort-by=.created --no-headers
