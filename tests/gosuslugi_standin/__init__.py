"""The stand-in of the federal portal."""
