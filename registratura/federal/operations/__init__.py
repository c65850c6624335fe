"""The nine operations: a module for each group; `table` lists them."""
