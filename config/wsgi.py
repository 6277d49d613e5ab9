import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

# What is loaded now stays for good. A garbage collector that looked through all of it would stop every request that
# this process answers for a quarter of a second.
_ = get_resolver().url_patterns  # imports every view
gc.collect()
gc.freeze()
