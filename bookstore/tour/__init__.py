"""A guided tour of a running shop: readers, a seller and a guest, step by step over HTTP, as an app would do it."""

from bookstore.tour.pages import FORMATS, Page
from bookstore.tour.stage import Deviation, Stage
from bookstore.tour.story import STORY

__all__ = ["FORMATS", "STORY", "Deviation", "Page", "Stage", "play"]


def play(stage: Stage) -> int:
    """Play the story to its end, and count its steps. Raises Deviation where the shop does something else."""
    stage.page.opening(stage.base_url)
    number = 0
    for chapter, steps in STORY.items():
        stage.page.chapter(chapter)
        for step in steps:
            number += 1
            stage.page.step(number, heading(step.__name__), " ".join((step.__doc__ or "").split()))
            step(stage)
    return number


def heading(name: str) -> str:
    """`reader_signs_up` as `Reader signs up`."""
    return name.replace("_", " ").capitalize()
