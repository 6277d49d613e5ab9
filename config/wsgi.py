import gc
import os

from django.core.cache import close_caches
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, reset_queries
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

# What Django does around each request that comes to nothing here: there is no list of queries without DEBUG and no
# cache of Django's, and connections are already looked after at the end of the request before: granian closes an answer
# in the thread that its view ran in.
request_started.disconnect(reset_queries)
request_started.disconnect(close_old_connections)
request_finished.disconnect(close_caches)

# What is loaded now stays for good. A garbage collector that looked through all of it would stop every request that
# this process answers for a quarter of a second.
_ = get_resolver().url_patterns  # imports every view
gc.collect()
gc.freeze()
