"""The same settings with a data folder of their own, and passwords hashed fast."""

import os

os.environ.setdefault("DATA_DIR", os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "var/test"))

from config.settings import *  # noqa: F403 - the tests' settings are the shop's

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}  # noqa: F405 - of the star
RATE_LIMIT_TRUSTED = env.networks("RATE_LIMIT_TRUSTED", "127.0.0.1")  # noqa: F405 - as `make run` does
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405 - WhiteNoise warns where there is none
