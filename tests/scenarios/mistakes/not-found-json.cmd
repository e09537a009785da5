kubectl hostnet list nothing -o json
