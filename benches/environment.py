"""Where the peers that are measured are: a virtual environment for each, since their needs collide."""

import subprocess
import sys


def environment(work, name, *requirements):
    """The Python of an environment below `work` with these packages, or the one it is called after; made
    if it is absent."""
    folder = work / "venv" / name
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        print(f"installing {name}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *(requirements or [name])], check=True)
        (folder / "complete").touch()
    return python
