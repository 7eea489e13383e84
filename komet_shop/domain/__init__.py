"""Rules without input or output: the same answer for the same question, always."""
