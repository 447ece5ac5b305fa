"""The version of kp2part, which releases and saved models bear."""

__version__ = "0.1.0"
