"""The tools of the workspace; nothing here is installed with the packages."""
