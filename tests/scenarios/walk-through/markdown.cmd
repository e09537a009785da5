kubectl hostnet list -A -o markdown
