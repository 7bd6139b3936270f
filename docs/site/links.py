"""Links of the repository's Markdown that lead to no page of the site.

`[code](../python/…)` and `[folder](examples/)` lead somewhere on a forge. On the site a file is one
to download, and a folder the page of its README. A link to what is not there is an error.
"""

import os
import pathlib
import re

LINK = re.compile(r"(?<!!)\[(?P<text>(?:[^\[\]]|\[[^\]]*\])*)\]\((?P<path>[^)#\s:]+/)\)")


def folders_to_pages(app, name, source):
    """Has links to folders lead to their README, where it is a page."""
    page = pathlib.Path(app.srcdir, app.env.doc2path(name, base=False))

    def replaced(found):
        readme = page.parent / found["path"] / "README.md"
        target = os.path.relpath(readme, page.parent) if readme.is_file() else found["path"]
        return f"[{found['text']}]({target})"

    source[0] = LINK.sub(replaced, source[0])


def setup(app):
    app.connect("source-read", folders_to_pages)
    return {"version": "1", "parallel_read_safe": True}
