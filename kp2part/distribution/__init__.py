"""Several devices, or several machines, that train one network together."""
