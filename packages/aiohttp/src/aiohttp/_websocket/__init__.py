"""The old places of WebSocket modules."""
