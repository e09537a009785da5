kubectl hostnet list '[31mred' -n default
