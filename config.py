"""Every setting, from the environment, with its default and a line why."""

import os

# Where everything is stored. Empty: SQLite under the instance folder, enough for a region;
# postgresql+psycopg://… when it grows.
DATABASE_URL = os.environ.get("DATABASE_URL", "")

# Signs the cookies. Empty: made once and kept under the instance folder.
SECRET_KEY = os.environ.get("SECRET_KEY", "")

# Where `serve` listens.
HOST = os.environ.get("HOST", "127.0.0.1")
PORT = os.environ.get("PORT", "8000")

# The address people use, without a slash at the end; feeds and links carry it. Empty:
# http://HOST:PORT. Secure cookies and HSTS exactly when it is https.
BASE_URL = os.environ.get("BASE_URL", "")

# What the site calls itself.
SITE_NAME = os.environ.get("SITE_NAME", "Samenspel")

# Database file, secret key and last good copies of feeds live here. Empty: ./instance.
INSTANCE_DIR = os.environ.get("INSTANCE_DIR", "")
