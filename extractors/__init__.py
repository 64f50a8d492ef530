"""PDF bytes to typed records; nothing here knows of network, database or clock."""
