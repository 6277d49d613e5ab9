"""Files in a bucket of any S3-compatible storage (settings.MEDIA_S3)."""

from typing import Any

from botocore.config import Config
from django.conf import settings
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage

KEPT = {"CacheControl": "public, max-age=31536000, immutable"}  # a file's name changes with its content


class S3Media(S3Storage):
    """The shop's files: read at MEDIA_S3_PUBLIC_URL, or by addresses signed for a time."""

    def get_default_settings(self) -> dict[str, Any]:
        style = "path" if settings.MEDIA_S3["endpoint_url"] else "virtual"
        return {
            **super().get_default_settings(),
            "object_parameters": KEPT,
            "client_config": Config(
                connect_timeout=5,
                read_timeout=20,
                retries={"max_attempts": 2, "mode": "standard"},
                signature_version="s3v4",
                s3={"addressing_style": style},
                # what others than Amazon do not all understand
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        }

    def url(self, name: str, *args: Any, **options: Any) -> str:
        if settings.MEDIA_S3_PUBLIC_URL:
            return f"{settings.MEDIA_S3_PUBLIC_URL}/{filepath_to_uri(name)}"
        return str(super().url(name, *args, **options))
