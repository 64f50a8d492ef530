"""What `extractors.tables` is made of: frames, captions, regions, grids, heads, cells."""
