"""How the documentation's site is made, by `make docs`: Markdown where it lies, and docstrings.

The pages are the repository's own Markdown, which a forge shows as it is; `_toc.yml` says where
each stands. Nothing may be warned of: broken links and names that lead nowhere included.
"""

import importlib.metadata
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(pathlib.Path(__file__).parent))

project = "neuron-reduce"
author = "the authors of neuron-reduce-swift"
copyright = "MIT licence"
release = version = importlib.metadata.version("neuron-reduce-swift")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
    "sphinx_external_toc",
    "links",
]

external_toc_path = "docs/site/_toc.yml"
include_patterns = ["*.md", "docs/**", "examples/**", "benchmarks/fidelity/README.md"]
exclude_patterns = [
    ".*",
    "Package*",
    "Sources",
    "Tests",
    "build",
    "dist",
    "output",
    "python",
    "docs/site",
]

myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]

nitpicky = True
nitpick_ignore_regex = [
    # What other packages document, which a build without a network cannot look up.
    ("py:.*", r"(np|numpy|nrn|hoc|neuron|h|pathlib|os|collections|ctypes|typing|plotly)\..*"),
    # What arguments may be, spelled out in the text.
    ("py:class", r"Leaks|parts\.(Given|Spines)|cells\.Roles"),
    ("py:mod", r"neuron_reduce\.compat"),
    # Names of modules that are nobody's but the package's own.
    ("py:.*", r"(.*\.)?_[A-Za-z].*"),
]

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_default_options = {"members": True, "show-inheritance": True}
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88
add_module_names = False
toc_object_entries_show_parents = "hide"

html_theme = "furo"
html_title = f"neuron-reduce {release}"
html_static_path = []
templates_path = ["templates"]
html_additional_pages = {"index": "redirect.html"}
html_copy_source = False
html_show_sphinx = False
html_theme_options = {"navigation_with_keys": True}
copybutton_exclude = ".linenos, .gp, .go"
