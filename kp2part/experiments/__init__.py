"""Many runs compared: which, how, and what their answers look like."""
