"""Proves that this Python can load SpatiaLite; exits with one line if it cannot."""

import sys

import pysqlite3

connection = pysqlite3.connect(":memory:")
connection.enable_load_extension(True)
try:
    connection.load_extension("mod_spatialite")
except pysqlite3.OperationalError as error:
    sys.exit(f"SpatiaLite cannot be loaded ({error}). On Debian: apt-get install libsqlite3-mod-spatialite")
finally:
    connection.close()
