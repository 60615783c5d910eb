"""How kernels of this project's environment begin.

Without this, what `helpers.notebook` does would begin with the first cell that imports `helpers`:
after a restart, too late for a cell further below, whose names are not there yet.
"""

c = get_config()  # noqa: F821
c.IPKernelApp.extensions = ["helpers.notebook"]
