"""Header fields: one module per family, each named after its fields and standing under its RFC.

Nothing is imported here; take names from the modules, or from ``aiohttp_core``.
"""
