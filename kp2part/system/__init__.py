"""What any program needs, whatever it is about: flags, files, versions."""
