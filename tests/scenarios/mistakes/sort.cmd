kubectl hostnet list --sort-by .nope
