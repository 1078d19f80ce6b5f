"""Districts and the areas in them."""
