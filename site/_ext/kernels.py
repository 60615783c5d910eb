"""Kernels for lessons, the same for the site and for the tests.

Knows no Sphinx.
"""

import os

import warm
from jupyter_client import AsyncKernelManager
from nbclient import NotebookClient
from traitlets.config import Config

# A lesson makes much and leaves little: looking for garbage seldom saves a tenth of its time.
SELDOM = "--IPKernelApp.exec_lines=__import__('gc').set_threshold(50_000, 20, 50)"


class Forked(AsyncKernelManager):
    """Starts kernels that have their imports done, see `warm`."""

    async def _async_launch_kernel(self, kernel_cmd, *, env, cwd, **_):
        local = self.provisioner
        local.process = warm.start(kernel_cmd, env=env, cwd=cwd)
        local.pid = local.pgid = local.process.pid
        self._reconcile_connection_info(local.connection_info)


def client(notebook, *, cwd, folder, timeout):
    """A client that runs a notebook's cells in a kernel of its own.

    Parameters
    ----------
    cwd : Path
        Where the kernel works.
    folder : Path
        Where its sockets are, as an absolute path.
    timeout : int
        Seconds that the start, or one cell, may take.
    """
    return NotebookClient(
        notebook,
        timeout=timeout,
        startup_timeout=timeout,
        kernel_name="python3",
        kernel_manager_class=Forked if warm.POSSIBLE else AsyncKernelManager,
        extra_arguments=[SELDOM],
        shutdown_kernel="immediate",  # what it would tidy up at its end goes with it
        resources={"metadata": {"path": str(cwd)}},
        config=Config({"KernelManager": sockets(folder)}),
    )


def sockets(folder):
    """Settings of a kernel manager that talks over files: kernels over TCP stalled now and then.

    The path has to be absolute: it is read by two processes with different working directories.
    """
    return {"transport": "ipc", "ip": os.path.join(folder, "kernel")} if os.name == "posix" else {}
