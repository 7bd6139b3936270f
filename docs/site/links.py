"""Where links lead, and that all public names are somewhere.

`[code](../python/…)` and `[folder](examples/)` lead somewhere on a forge. On the site a file is one
to download, and a folder the page of its README. A link to what is not there is an error.
"""

import os
import pathlib
import re

from pygments.lexers import CLexer
from sphinx.util import logging
from sphinx.util.nodes import make_refnode

LOGGER = logging.getLogger(__name__)
LINK = re.compile(r"(?<!!)\[(?P<text>(?:[^\[\]]|\[[^\]]*\])*)\]\((?P<path>[^)#\s:]+/)\)")


def folders_to_pages(app, name, source):
    """Has links to folders lead to their README, where it is a page."""
    page = pathlib.Path(app.srcdir, app.env.doc2path(name, base=False))

    def replaced(found):
        readme = page.parent / found["path"] / "README.md"
        target = os.path.relpath(readme, page.parent) if readme.is_file() else found["path"]
        return f"[{found['text']}]({target})"

    source[0] = LINK.sub(replaced, source[0])


def name_to_object(app, env, node, content):
    """Has `:func:`evaluate`` in any module lead to the public one, and a field to its class."""
    if node.get("refdomain") != "py":
        return None
    domain, target = env.domains.python_domain, node["reftarget"]
    for wanted in (target, target.rpartition(".")[0]):
        found = [
            name
            for name, entry in domain.objects.items()
            if wanted and (name == wanted or name.endswith(f".{wanted}")) and not entry.aliased
        ]
        public = [name for name in found if name == f"neuron_reduce.{wanted}"] or found
        if len(public) == 1:
            entry = domain.objects[public[0]]
            return make_refnode(
                app.builder, node["refdoc"], entry.docname, entry.node_id, content, public[0]
            )
    return None


def all_are_there(app, env):
    """Warns of public names that no page documents."""
    import neuron_reduce
    from neuron_reduce import inputs

    public = {f"neuron_reduce.{name}" for name in neuron_reduce.__all__}
    public |= {
        f"neuron_reduce.inputs.{name}"
        for name, value in vars(inputs).items()
        if getattr(value, "__module__", "") == inputs.__name__ and not name.startswith("_")
    }
    domain = env.domains.python_domain
    for name in sorted(public - domain.objects.keys() - domain.modules.keys()):
        LOGGER.warning("%s is on no page of docs/reference", name, type="reference")


def setup(app):
    app.connect("source-read", folders_to_pages)
    app.connect("missing-reference", name_to_object)
    app.connect("env-check-consistency", all_are_there)
    app.add_lexer("hoc", CLexer)
    return {"version": "1", "parallel_read_safe": True}
