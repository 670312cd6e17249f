"""Tables of answers, for the terminal, for pages and for workbooks."""
