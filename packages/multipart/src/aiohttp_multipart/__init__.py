"""Multipart bodies and forms."""
