"""The web kit: sessions, limits, headers, faults, words for dates."""
