"""One file a verb: typed options in, a Report out; nothing here prints or exits."""
