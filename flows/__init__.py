"""What runs when: thin flows over the other rooms."""
