"""What every program needs: flags, files, versions."""
