"""Where the peers are: a virtual environment with what `requirements.txt` names."""

import os
import pathlib
import subprocess
import sys


def in_venv(script, venv):
    """Runs a script again there; the environment is made where it is not there."""
    python = venv / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        requirements = pathlib.Path(__file__).with_name("requirements.txt")
        subprocess.run([python, "-m", "pip", "install", "-q", "-r", requirements], check=True)
    os.execv(python, [str(python), str(script), *sys.argv[1:], "in-venv"])
