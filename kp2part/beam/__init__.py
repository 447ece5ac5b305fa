"""Runs pieces of work on Apache Beam, in many processes on many machines."""
