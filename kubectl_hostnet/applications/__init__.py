"""What is known of well-known software: one YAML file each, a strict loader and a matcher."""
