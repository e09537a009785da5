kubectl hostnet list -l 'app in a'
