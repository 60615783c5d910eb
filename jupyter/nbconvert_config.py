"""How `jupyter nbconvert` renders a lesson in this project's environment.

The page has no kernel, so sliders become prepared frames; and it asks no server for scripts that
only live widgets would need.
"""

import os

os.environ["NB_STATIC"] = "1"  # the kernel inherits it

c = get_config()  # noqa: F821
c.HTMLExporter.jquery_url = ""
c.HTMLExporter.require_js_url = ""
c.HTMLExporter.widget_renderer_url = ""
c.HTMLExporter.jupyter_widgets_base_url = ""
