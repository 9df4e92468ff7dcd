"""GDAL through pyogrio, loaded so that it keeps to the libraries it was built with. Import pyogrio from here only.

SpatiaLite is loaded by SQLite into the scope that every later library looks in first, and with it the system's SQLite,
PROJ and GEOS. A GDAL loaded after that calls their functions instead of its own and ends the process at the first
GeoPackage. Loaded with RTLD_DEEPBIND it looks in its own libraries first, whatever the order.
"""

from __future__ import annotations

import os
import sys

_before = sys.getdlopenflags()
sys.setdlopenflags(_before | getattr(os, "RTLD_DEEPBIND", 0))
try:
    import pyogrio
    import pyogrio.errors
finally:
    sys.setdlopenflags(_before)

__all__ = ["pyogrio"]
