kubectl hostnet list -l 'app in (web, gateway),tier!=front' --show-labels
