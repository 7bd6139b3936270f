"""The HTML page: sections one after the other, style, figures and Plotly in one file."""

from __future__ import annotations

import importlib.resources
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from . import _style
from ._text import Html, escape

CONTENT_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"
)
"""What the browser is told to allow: nothing from outside the file."""


@dataclass(frozen=True)
class Section:
    """One part of the page.

    :ivar name: of its anchor.
    :ivar title: empty for the part at the top.
    :ivar body: its HTML, with the figures' places in it.
    :ivar figures: from the place's id to the figure.
    """

    name: str
    title: str
    body: Html
    figures: dict[str, go.Figure] = field(default_factory=dict)


def place(name: str, height: str, description: str, caption: str, legend: str = "") -> Html:
    """Where a figure goes.

    :param height: in the units of CSS.
    :param description: for those who cannot see the figure.
    :param caption: what is below it.
    :param legend: HTML between the two.
    """
    return Html(
        f'<figure><div class="plot" id="{name}" role="img" aria-label="{escape(description)}" '
        f'style="height:{height}"></div>{legend}<figcaption>{escape(caption)}</figcaption></figure>'
    )


def render(title: str, subtitle: str, sections: Sequence[Section]) -> str:
    """The page as text."""
    links = "".join(
        f'<a href="#{section.name}">{escape(section.title)}</a>'
        for section in sections
        if section.title
    )
    body = []
    for section in sections:
        heading = f"<h2>{escape(section.title)}</h2>" if section.title else ""
        body.append(f'<section id="{section.name}">{heading}{section.body}</section>')
        if not section.title:
            body.append(f'<nav aria-label="Contents">{links}</nav>')
    figures = {
        name: json.loads(figure.to_json())
        for section in sections
        for name, figure in section.figures.items()
    }
    # Plotly's own file has no end tag in it, and a new version with one must not end the script.
    library = re.sub(r"</(script)", r"<\\/\1", get_plotlyjs(), flags=re.IGNORECASE)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{CONTENT_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        '<link rel="icon" href="data:,">\n'
        f"<title>{escape(title)}</title>\n<style>\n{_resource('page.css')}</style>\n</head>\n"
        f"<body>\n<main>\n<header><h1>{escape(title)}</h1>"
        f'<p class="subtitle">{escape(subtitle)}</p></header>\n'
        "<noscript><p>The figures need JavaScript; the text and the tables do not.</p></noscript>\n"
        + "\n".join(body)
        + "\n</main>\n"
        f'<script type="application/json" id="figures">{_json(figures)}</script>\n'
        f'<script type="application/json" id="dark">{_json(_style.DARK)}</script>\n'
        f"<script>\n{library}\n</script>\n<script>\n{_resource('page.js')}</script>\n"
        "</body>\n</html>\n"
    )


def _json(value: object) -> str:
    """JSON that cannot end the script element it is in."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _resource(name: str) -> str:
    return importlib.resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
