"""What goes out of the house: the site, the assignments, the student edition."""
