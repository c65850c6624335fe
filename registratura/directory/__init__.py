"""Who gives care and where: organisations, departments, positions, practitioners' posts, areas."""
