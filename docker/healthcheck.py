"""Exit 0 if the web of this container answers /readyz with 200."""

import http.client
import os
import sys
from urllib.parse import urlsplit

host = urlsplit(os.environ.get("PUBLIC_URL", "http://localhost:8000")).hostname or "localhost"
connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=4)
connection.request("GET", "/readyz", headers={"Host": host})  # one of ALLOWED_HOSTS
sys.exit(connection.getresponse().status != 200)
