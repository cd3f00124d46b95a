"""Lists the files of an image with Python and the packages of a list, as JSON pairs of source and place: base images cannot be had in the lab."""

import importlib.metadata
import json
import os
import re
import subprocess
import sys
import sysconfig

LEFT_OUT = {"test", "tests", "idlelib", "tkinter", "turtledemo", "lib2to3", "ensurepip", "__pycache__", "site-packages", "dist-packages"}
HOME = f"/usr/local/lib/python{sys.version_info.major}.{sys.version_info.minor}"
pairs: dict[str, str] = {}
binary = os.path.realpath(sys.executable)
pairs["/usr/local/bin/python"] = binary

standard = sysconfig.get_paths()["stdlib"]
for folder, folders, files in os.walk(standard):
    folders[:] = [name for name in folders if name not in LEFT_OUT and not name.startswith("config-")]
    # A file that keeps pip from writing beside a distribution's packages, of which the image has none.
    for name in set(files) - {"EXTERNALLY-MANAGED"}:
        path = os.path.join(folder, name)
        pairs[HOME + path[len(standard) :]] = path

site = sysconfig.get_paths()["purelib"]
# Outside an environment a Python looks where its distribution has it look: Debian's in `dist-packages`.
asked = [sys._base_executable, "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"]
packages = os.path.basename(subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip())
named = [re.split("==", line.strip())[0] for line in open(sys.argv[1]) if "==" in line]
# What is for another Python is not installed.
installed = {re.sub("[-_.]+", "-", each.metadata["Name"]).lower() for each in importlib.metadata.distributions()}
for name in [*(name for name in named if re.sub("[-_.]+", "-", name).lower() in installed), "pip"]:
    for file in importlib.metadata.files(name) or []:
        path = os.path.normpath(os.path.join(site, file))
        if path.startswith(site) and os.path.isfile(path) and "__pycache__" not in path:
            pairs[f"{HOME}/{packages}{path[len(site):]}"] = path

objects = [binary] + [path for path in pairs.values() if path.endswith(".so") or ".so." in path]
found = subprocess.run(["ldd", *objects], capture_output=True, text=True, check=False).stdout
for library in re.findall(r"(?:=> )?(/\S+) \(0x", found):
    if library not in pairs.values():
        pairs[library] = os.path.realpath(library)
pairs["/etc/ssl/openssl.cnf"] = "/dev/null"
# Without them the pip of Debian does not start.
authorities = "/etc/ssl/certs/ca-certificates.crt"
pairs[authorities] = authorities
print(json.dumps(sorted(pairs.items())))
