"""Settings of the site: `uv run sphinx-build -W site _site`."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent / "_ext"))  # Sphinx's way to local extensions
# With nbformat comes jsonschema, which compiles a grammar with this for seconds, for addresses that
# no notebook has. Without it, all else is checked.
sys.modules["rfc3987_syntax"] = None

project = "Event-driven architectures"
html_title = project
language = "en"
highlight_language = "text"

extensions = [
    "difference_page", "finding_page", "lessons", "front_page", "workshop", "quiz", "price_table",
    "elsewhere_table",
    "terms", "choose", "slides", "diagrams", "mathml", "fonts", "origin", "search_texts",
    "myst_nb",
]  # fmt: skip

# The lessons come executed out of _ext/lessons.py; _ext/running.py says why.
nb_execution_mode = "off"
# No page may ask a server for a widget's script: lessons built with NB_STATIC=1 hold no widgets.
nb_ipywidgets_js = {}
# What a cell writes to stderr on purpose is shown. What it writes there by accident is seen, too.
nb_merge_streams = True
nb_code_prompt_show = "Show the code"
nb_code_prompt_hide = "Hide the code"

myst_enable_extensions = ["alert", "amsmath", "deflist", "dollarmath"]
myst_heading_anchors = 3

exclude_patterns = ["_*", "lessons/_*", "**.ipynb_checkpoints"]
templates_path = ["_templates"]

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = ["site.js", "large.js", "fold.js"]
html_math_renderer = "mathml"
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False  # the licence stands in the footer
# Sphinx fetches a result's summary, which a browser refuses on a file: search_texts.py has its own.
html_show_search_summary = False
html_use_index = False
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0067a5", "color-brand-content": "#0067a5"},
    "dark_css_variables": {"color-brand-primary": "#6cb8ee", "color-brand-content": "#6cb8ee"},
}
