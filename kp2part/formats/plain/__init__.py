"""Plain tables, JSON, PNG and arrays, of no tool."""
