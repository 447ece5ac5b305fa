"""The same work as users would do it with other libraries, to compare with."""
