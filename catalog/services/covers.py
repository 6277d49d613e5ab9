"""Pictures of editions."""


def thumbnail_name(cover_name: str) -> str:
    """Where the small picture lies: beside the cover, by convention."""
    stem, _, suffix = cover_name.rpartition(".")
    return f"{stem}.thumb.{suffix}"
