#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What commands print with --format json fits the schemas of docs/schemas, which list every key; each command
# that has --format json is among those that were tried; and the schemas are not ones that anything fits.
#
#   schema_test.py GPUPASS GPUPASS-BENCH JSON-SAMPLES SOURCE MACHINES
#
# SOURCE is the source tree, MACHINES a folder of captured machines, each with its root in NAME/root.
import copy
import json
import pathlib
import re
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    print("skipped: python3-jsonschema is not installed")
    sys.exit(125)

gpupass, bench, samples, source, machines = (str(pathlib.Path(path).resolve()) for path in sys.argv[1:])
folder_of_schemas = pathlib.Path(source) / "docs/schemas"

# Written to files that are gpupass's own, and never printed.
RECORDS = {"gpupass.boot-binding", "gpupass.boot-files", "gpupass.cdi", "gpupass.experiment",
           "gpupass.hold", "gpupass.journal", "gpupass.kernel-words"}
# Its environment is what a machine happens to tell.
OPEN = {"gpupass.bench/1"}

schemas, validators, seen, tried = {}, {}, {}, set()


def strict(schema, name):
    """Every object whose keys are listed has no others."""
    if isinstance(schema, list):
        for one in schema:
            strict(one, name)
    elif isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict) and "object" in schema.get("type", "object"):
            assert schema.get("additionalProperties") is False, f"{name}: is open at {list(schema['properties'])}"
        for one in schema.values():
            strict(one, name)


for file in sorted(folder_of_schemas.glob("*.json")):
    schema = json.loads(file.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    name = schema["title"]
    assert file.name == name.replace("/", "-") + ".json", file
    assert schema["properties"]["schema"] == {"const": name}, file
    if name not in OPEN:
        strict(schema, name)
    schemas[name] = schema
    validators[name] = jsonschema.Draft202012Validator(schema)

for file in sorted((pathlib.Path(source) / "src").rglob("*.?pp")):
    for name in re.findall(r'"(gpupass\.[a-z.-]+/\d+)\b', file.read_text(encoding="utf-8").replace('\\"', '"')):
        assert name in schemas or name.split("/")[0] in RECORDS, f"{file}: {name} has no file in docs/schemas"


def check(text, origin, command):
    """One document of a schema that is there."""
    document = json.loads(text)
    name = document["schema"]
    assert name in validators, f"{origin}: {name} has no file in docs/schemas"
    for error in validators[name].iter_errors(document):
        raise AssertionError(f"{origin}: {error.json_path}: {error.message}")
    seen.setdefault(name, []).append(document)
    if name != "gpupass.error/1":
        tried.add(command)
    return document


def output_of(*words):
    """What a program prints; it may end as it likes."""
    return subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120).stdout


def run(*words, command=None):
    """What a command prints for programs."""
    document = check(output_of(gpupass, *words, "--format", "json"), " ".join(words),
                     command or next(word for word in words if word[0] not in "-/"))
    return document


def names_in(text):
    return re.findall(r"^  ([a-z]+) ", text, re.MULTILINE)


def commands_with_json():
    for command in names_in(output_of(gpupass, "--help")):
        help_text = output_of(gpupass, command, "--help")
        if "ACTION" not in help_text.split("\n")[0]:
            actions = [(command,)]
        else:
            actions = [(command, action) for action in names_in(help_text)]
        for words in actions:
            if re.search(r"--format \S*\bjson\b", output_of(gpupass, *words, "--help")):
                yield " ".join(words)


for machine in sorted(pathlib.Path(machines).iterdir()):
    root = machine / "root"
    if not root.is_dir():
        continue
    for words in (["list", "--all"], ["groups", "--all"], ["doctor"]):
        run("--root", str(root), *words)
    for card in run("--root", str(root), "list")["devices"][:2]:
        run("--root", str(root), "bind", card["address"], "--dry-run", "--yes")

with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    subprocess.run([samples, folder], check=True, timeout=120)
    for file in sorted(folder.glob("*.json")):
        check(file.read_text(encoding="utf-8"), file.name, file.name.split(".")[0].replace("_", " "))
    run("hook", "status", "--hooks", str(folder), command="hook status")

    for role in ("host", "guest", "docker"):
        subprocess.run([bench, "--quick", "--filter", "cpu.timer", "--role", role, "--out", folder / (role + ".run")],
                       check=True, timeout=120, stdout=subprocess.DEVNULL)
        check((folder / (role + ".run")).read_text(encoding="utf-8"), f"gpupass-bench as {role}", "gpupass-bench")
    check(output_of(bench, "--list", "--format", "json"), "gpupass-bench --list", "gpupass-bench")
    sides = [str(folder / "host.run"), "--", str(folder / "guest.run")]
    compared = output_of(gpupass, "bench", "compare", "--format", "json", *sides)
    check(compared, "bench compare", "bench compare")
    subprocess.run([gpupass, "bench", "report", "-o", folder / "report.json", *sides], check=False, timeout=120,
                   stdout=subprocess.DEVNULL)
    check((folder / "report.json").read_text(encoding="utf-8"), "bench report", "bench report")

    sides += ["--", str(folder / "docker.run")]
    check(output_of(gpupass, "bench", "compare", "--format", "json", *sides), "of three", "bench compare")

    image = folder / "image.raw"
    image.write_bytes(bytes(510) + b"\x55\xaa" + bytes((1 << 20) - 512))  # a partition table, and nothing in it
    (folder / "key.pub").write_text("ssh-ed25519 AAAA somebody\n", encoding="utf-8")
    run("guest", "create", "vm9", "--image", str(image), "--explain", "-c", "test:///default", "--ssh-key",
        str(folder / "key.pub"), command="guest create")

untried = set(commands_with_json()) - tried
assert tried and not untried, f"nothing was seen of {sorted(untried)}"
missing = set(schemas) - set(seen)
assert not missing, f"nothing was seen of {missing}"
for name, documents in seen.items():
    for key in schemas[name]["required"]:
        broken = copy.deepcopy(documents[0])
        broken.pop(key)
        assert not validators[name].is_valid(broken), f"{name}: the schema lets a document without {key} through"
        broken[key] = 0.5
        assert not validators[name].is_valid(broken), f"{name}: the schema lets anything be {key}"
    if name not in OPEN:
        broken = copy.deepcopy(documents[0])
        broken["another"] = 1
        assert not validators[name].is_valid(broken), f"{name}: the schema lets another key through"

words = ", ".join(f"{len(documents)} of {name}" for name, documents in sorted(seen.items()))
print(f"documents of {len(tried)} commands that fit their schemas: {words}")
