"""The same settings with a data folder of their own, and passwords hashed fast."""

import os
from pathlib import Path

_folder = os.environ.get("DATA_DIR") or str(Path(__file__).resolve().parent.parent / "var" / "test")
_worker = os.environ.get("PYTEST_XDIST_WORKER")
if _worker and not _folder.endswith(f"-{_worker}"):  # each process has servers, files and an index of its own
    _folder += f"-{_worker}"
os.environ["DATA_DIR"] = _folder

from config.settings import *  # noqa: E402, F403 - the tests' settings are the shop's

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}  # noqa: F405 - of the star
RATE_LIMIT_TRUSTED = env.networks("RATE_LIMIT_TRUSTED", "127.0.0.1")  # noqa: F405 - as `make run` does
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405 - WhiteNoise warns where there is none
