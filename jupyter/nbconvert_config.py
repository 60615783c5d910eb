"""How `jupyter nbconvert` renders a lesson in this project's environment.

The page has no kernel, so sliders become prepared frames; and it asks no server for scripts that
only live widgets would need. Slides are made as the site makes them, in one file each.
"""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

os.environ["NB_STATIC"] = "1"  # the kernel inherits it

c = get_config()  # noqa: F821
c.HTMLExporter.jquery_url = ""
c.HTMLExporter.require_js_url = ""
c.HTMLExporter.widget_renderer_url = ""
c.HTMLExporter.jupyter_widgets_base_url = ""

# This file is read from a copy in the environment. The helpers tell where the project is.
helpers = find_spec("helpers")
site = Path(helpers.origin).parents[1] / "site" if helpers else Path()
if (site / "_slides").is_dir() and find_spec("sphinx_revealjs"):
    sys.path.append(str(site / "_ext"))
    c.SlidesExporter.template_name = "lesson"
    c.SlidesExporter.extra_template_basedirs = [str(site / "_slides")]
else:
    # Without the tools of the site: nbconvert's own slides, with reveal.js from its usual server.
    c.SlidesExporter.require_js_url = (
        "https://cdnjs.cloudflare.com/ajax/libs/require.js/2.1.10/require.min.js"
    )
