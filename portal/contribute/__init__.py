"""What strangers contribute: papers and corrections, how they are talked about, and how curators decide on them."""
