"""What the product knows of the world, as data: one row added here is one thing more that is known."""
