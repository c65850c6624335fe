"""Small applications of their own that play the national systems in demo, training and tests."""
