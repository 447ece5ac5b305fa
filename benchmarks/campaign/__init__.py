"""The trainings for which a GPU is worth its time, in as little of it."""
