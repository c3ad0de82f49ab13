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

# Where mail goes out: smtp://host, smtp+starttls://host (port 587) or smtps://host (465), with
# user:password@ where the server wants it (percent-encoded), and ?from=agenda@example.org as the
# sender (else no-reply at the host of BASE_URL). Empty: a line in the log, and the mail itself as
# a file under the instance folder, in mail/.
MAIL_URL = os.environ.get("MAIL_URL", "")

# Who does the work in the background, such as sending mail. `inline`: one process beside `serve`;
# `worker`: a `calendar-app worker` that you run yourself.
JOBS = os.environ.get("JOBS", "inline")
