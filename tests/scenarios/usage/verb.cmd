kubectl hostnet lst
