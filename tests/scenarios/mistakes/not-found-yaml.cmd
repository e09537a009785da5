kubectl hostnet list nothing -o yaml
