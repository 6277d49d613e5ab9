"""How small things look in the console, in its lists and on its pages alike."""

from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html


def label(text: Any, kind: str) -> str:
    """A coloured label: `success`, `info`, `warning` or `danger`."""
    return render_to_string("unfold/helpers/label.html", {"text": text, "type": kind})


def unbroken(text: Any) -> str:
    """What is read as one thing stays on one line."""
    return format_html('<span class="whitespace-nowrap">{}</span>', text)


def link(address: str, text: Any) -> str:
    style = "text-primary-600 dark:text-primary-500"
    return format_html('<a class="{} whitespace-nowrap" href="{}">{}</a>', style, address, text)
