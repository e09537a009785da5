kubectl hostnet list -o 'jsonpath={.complete} {.gaps[*].resource}: {.items[0].addresses}'
