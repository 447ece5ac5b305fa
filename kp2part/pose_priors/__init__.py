"""Similar poses of known objects, and their parts morphed onto a new one."""
