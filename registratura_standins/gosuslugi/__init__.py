"""A training copy of the federal portal; for now one page that says what it will be."""
