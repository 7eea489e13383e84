"""Clearent (Xplor Pay) for Komet Shop: the payment plugin and its local sandbox."""
