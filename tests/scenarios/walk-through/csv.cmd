kubectl hostnet list -A -o csv
