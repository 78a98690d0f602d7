"""Lets tests import the frames built by hand."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
