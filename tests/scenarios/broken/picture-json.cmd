kubectl hostnet list -A --snapshot picture.json
