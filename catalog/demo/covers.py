"""Covers made of type and a few shapes, different for every book and the same every time."""

import unicodedata
from collections.abc import Callable
from functools import cache

from django.contrib.staticfiles import finders
from PIL import Image, ImageDraw, ImageFont

from catalog.demo.chance import choose, draw

WIDTH, HEIGHT = 400, 600
SCALE = 2  # drawn twice as large, then made smaller, so that curves are smooth
MARGIN = 40
Colour = str
Pen = ImageDraw.ImageDraw
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

PALETTES: list[tuple[Colour, Colour, Colour, Colour]] = [  # ground, ink, accent, second accent
    ("#f4efe4", "#23201c", "#b5432e", "#d9b48f"),
    ("#1f2d3d", "#f3ede0", "#e0a458", "#486581"),
    ("#e9e4d8", "#1d3b2f", "#3f7d58", "#c6b38e"),
    ("#4a1f2b", "#f6e9dc", "#d98e73", "#7a3b4a"),
    ("#f7f3ee", "#2b2b45", "#5b5ea6", "#e3a5b1"),
    ("#20433f", "#f1eadb", "#e3b23c", "#3d6f68"),
    ("#f2d7c9", "#3a2430", "#8c3b4a", "#d48c70"),
    ("#dfe6ea", "#16324a", "#c8553d", "#8fa9b8"),
    ("#2e2a3b", "#efe6f0", "#c58bb4", "#5a5072"),
    ("#f5e6b8", "#2f2a1d", "#2a6f77", "#d0873a"),
    ("#ffffff", "#111111", "#d7263d", "#d9d9d9"),
    ("#33415c", "#fdf6e9", "#e76f51", "#5c6f93"),
]


def draw_cover(title: str, author: str) -> Image.Image:
    """A cover for a book of this title and author."""
    image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE))
    palette = choose(PALETTES, "palette", title, author)
    layout = choose(LAYOUTS, "layout", title, author)
    image.paste(palette[0], (0, 0, *image.size))
    layout(ImageDraw.Draw(image), title, author, palette)
    return image.reduce(SCALE)


def framed(pen: Pen, title: str, author: str, palette: tuple[Colour, ...]) -> None:
    """A double frame, a lozenge, everything in the middle."""
    _ground, ink, accent, second = palette
    box(pen, 20, 20, WIDTH - 20, HEIGHT - 20, outline=accent, width=5)
    box(pen, 30, 30, WIDTH - 30, HEIGHT - 30, outline=second, width=1)
    bottom = write(pen, title, (60, 105, WIDTH - 60, 340), ink, size=46, bold=True, centred=True)
    lozenge(pen, WIDTH // 2, min(bottom + 45, 420), 12, accent)
    write(pen, author, (60, 485, WIDTH - 60, 555), ink, size=21, centred=True)


def banded(pen: Pen, title: str, author: str, palette: tuple[Colour, ...]) -> None:
    """A broad band that carries the title, over stripes."""
    ground, ink, accent, second = palette
    top = int(150 + 80 * draw("band", title))
    for line in range(0, HEIGHT, 24):
        box(pen, 0, line, WIDTH, line + 9, fill=second)
    box(pen, 0, top, WIDTH, top + 250, fill=ground)
    box(pen, 0, top, WIDTH, top + 8, fill=accent)
    box(pen, 0, top + 242, WIDTH, top + 250, fill=accent)
    write(pen, title, (MARGIN, top + 30, WIDTH - MARGIN, top + 180), ink, size=42, bold=True)
    write(pen, author, (MARGIN, top + 192, WIDTH - MARGIN, top + 232), accent, size=20)


def rounded(pen: Pen, title: str, author: str, palette: tuple[Colour, ...]) -> None:
    """Discs rising from the foot, the title above them."""
    _ground, ink, accent, second = palette
    across = int(110 + 180 * draw("across", title))
    for radius, colour in ((230, second), (165, accent), (95, ink)):
        disc(pen, across, 560, radius, colour)
    write(pen, author, (MARGIN, 40, WIDTH - MARGIN, 90), accent, size=20)
    write(pen, title, (MARGIN, 95, WIDTH - MARGIN, 315), ink, size=46, bold=True)


def spined(pen: Pen, title: str, author: str, palette: tuple[Colour, ...]) -> None:
    """A coloured spine, and tiles of which some are filled."""
    _ground, ink, accent, second = palette
    box(pen, 0, 0, 26, HEIGHT, fill=accent)
    for place in range(18):
        left, top = 66 + place % 6 * 50, 425 + place // 6 * 50
        filled = choose((accent, second, second, None), "tile", place, title)
        if filled:
            box(pen, left, top, left + 40, top + 40, fill=filled)
    bottom = write(pen, title, (66, 60, WIDTH - 30, 320), ink, size=44, bold=True)
    write(pen, author, (66, min(bottom + 18, 350), WIDTH - 30, min(bottom + 70, 405)), accent, size=20)


def halved(pen: Pen, title: str, author: str, palette: tuple[Colour, ...]) -> None:
    """Two fields and a sun between them."""
    _ground, ink, accent, second = palette
    box(pen, 0, 0, WIDTH, 235, fill=second)
    disc(pen, int(90 + 220 * draw("sun", title)), 235, 78, accent)
    box(pen, 0, 235, WIDTH, HEIGHT, fill=palette[0])
    box(pen, MARGIN, 272, MARGIN + 64, 277, fill=accent)
    write(pen, title, (MARGIN, 295, WIDTH - MARGIN, 490), ink, size=42, bold=True)
    write(pen, author, (MARGIN, 520, WIDTH - MARGIN, 570), ink, size=20)


LAYOUTS: list[Callable[[Pen, str, str, tuple[Colour, ...]], None]] = [framed, banded, rounded, spined, halved]


def box(pen: Pen, left: int, top: int, right: int, bottom: int, **colours: object) -> None:
    if "width" in colours:
        colours["width"] = int(str(colours["width"])) * SCALE
    pen.rectangle((left * SCALE, top * SCALE, right * SCALE - 1, bottom * SCALE - 1), **colours)  # type: ignore[arg-type]  # colours by name


def disc(pen: Pen, x: int, y: int, radius: int, colour: Colour) -> None:
    x, y, radius = x * SCALE, y * SCALE, radius * SCALE
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def lozenge(pen: Pen, x: int, y: int, size: int, colour: Colour) -> None:
    x, y, size = x * SCALE, y * SCALE, size * SCALE
    pen.polygon([(x, y - size), (x + size, y), (x, y + size), (x - size, y)], fill=colour)


def write(
    pen: Pen,
    text: str,
    area: tuple[int, int, int, int],
    colour: Colour,
    *,
    size: int,
    bold: bool = False,
    centred: bool = False,
) -> int:
    """Set the text in the area, smaller where it would not fit; the lower edge of what was set."""
    left, top, right, bottom = area
    text = printable(text)
    for points in range(size, 11, -2):
        lines = wrapped(text, points, bold, right - left)
        height = len(lines) * line_height(points)
        if lines and height <= bottom - top and all(width_of(line, points, bold) <= right - left for line in lines):
            break
    else:
        lines = [*lines[: (bottom - top) // line_height(points)]]
    for number, line in enumerate(lines):
        x, y = (left + right) / 2 if centred else left, top + number * line_height(points)
        anchor = "ma" if centred else "la"
        pen.text((x * SCALE, y * SCALE), line, fill=colour, font=font(points, bold), anchor=anchor)
    return int(top + len(lines) * line_height(points))


def wrapped(text: str, points: int, bold: bool, width: int) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, points, bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def line_height(points: int) -> int:
    return round(points * 1.18)


def width_of(text: str, points: int, bold: bool) -> float:
    return float(font(points, bold).getlength(text)) / SCALE


@cache
def font(points: int, bold: bool) -> Font:
    """The console's typeface, or the one that Pillow brings."""
    path = finders.find(f"unfold/fonts/inter/Inter-{'Bold' if bold else 'Medium'}.woff2")
    try:
        return ImageFont.truetype(str(path), points * SCALE, layout_engine=ImageFont.Layout.BASIC)
    except OSError:
        return ImageFont.load_default(points * SCALE)


def printable(text: str) -> str:
    """The text in letters that the typeface has: without the accents, or the letters, that it lacks."""
    letters = unicodedata.normalize("NFC", " ".join(text.split()))
    return "".join(char if has_glyph(char) else plain(char) for char in letters)


def plain(char: str) -> str:
    return "".join(part for part in unicodedata.normalize("NFKD", char) if has_glyph(part))


@cache
def has_glyph(char: str) -> bool:
    if char == " " or unicodedata.category(char).startswith("C"):
        return char == " "
    typeface = font(20, bold=False)
    return bytes(typeface.getmask(char)) != bytes(typeface.getmask("\uffff"))
