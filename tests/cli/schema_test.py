#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What commands print with --format json fits the schemas of docs/schemas, has no key that these do not list, and
# the schemas are not ones that anything fits.
#
#   schema_test.py GPUPASS GPUPASS-BENCH JSON-SAMPLES SCHEMAS MACHINES
#
# MACHINES is a folder of captured machines, each with its root in NAME/root.
import copy
import json
import pathlib
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    print("skipped: python3-jsonschema is not installed")
    sys.exit(125)

gpupass, bench, samples, schemas_folder, machines = sys.argv[1:]


def closed(schema):
    """The same, but for keys that are not listed."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: closed(value) for key, value in schema.items()}
    if schema.get("type") in ("object", ["object", "null"]) and "properties" in schema:
        result.setdefault("additionalProperties", False)
    if "allOf" in schema and "if" not in schema["allOf"][0]:
        result["unevaluatedProperties"] = False
        result["allOf"] = [open_again(one) for one in result["allOf"]]
    return result


def open_again(schema):
    schema.pop("additionalProperties", None)
    return schema


schemas, validators, seen = {}, {}, {}
for file in sorted(pathlib.Path(schemas_folder).glob("*.json")):
    schema = json.loads(file.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    name = schema["title"]
    assert file.name == name.replace("/", "-") + ".json", file
    schemas[name] = schema
    validators[name] = jsonschema.Draft202012Validator(closed(schema))


def check(text, origin, expected=None):
    """One document of a schema that is there."""
    document = json.loads(text)
    name = document["schema"]
    assert expected in (None, name), f"{origin}: {name}, not {expected}"
    assert name in validators, f"{origin}: {name} has no schema in {schemas_folder}"
    for error in validators[name].iter_errors(document):
        raise AssertionError(f"{origin}: {error.json_path}: {error.message}")
    seen.setdefault(name, []).append(document)
    return document


def run(*words):
    """What a command prints; it may end as it likes."""
    return subprocess.run([gpupass, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=120).stdout


for machine in sorted(pathlib.Path(machines).iterdir()):
    root = machine / "root"
    if not root.is_dir():
        continue
    for words in (["list", "--all"], ["groups", "--all"], ["doctor"]):
        check(run("--root", str(root), *words, "--format", "json"), f"{words} of {machine.name}")
    cards = json.loads(run("--root", str(root), "list", "--format", "json"))["devices"]
    for card in cards[:2]:
        for words in (["bind", card["address"], "--dry-run"], ["bind", card["address"], "--dry-run", "--yes"]):
            check(run("--root", str(root), *words, "--format", "json"), f"{words} of {machine.name}")

with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    subprocess.run([samples, folder], check=True, timeout=120)
    for file in sorted(folder.glob("*.json")):
        check(file.read_text(encoding="utf-8"), file.name)
    check(run("hook", "status", "--hooks", str(folder), "--format", "json"), "hook status", "gpupass.hook/1")

    for role in ("host", "guest"):
        subprocess.run([bench, "--quick", "--filter", "cpu.timer", "--role", role, "--runs", "2", "--out", folder / role],
                       check=True, timeout=120, stdout=subprocess.DEVNULL)
        for file in (folder / role).iterdir():
            check(file.read_text(encoding="utf-8"), f"bench run as {role}", "gpupass.bench/1")
    check(run("bench", "compare", str(folder / "host"), "--", str(folder / "guest"), "--format", "json"),
          "bench compare", "gpupass.bench.comparison/1")
    run("bench", "report", str(folder / "host"), "-o", str(folder / "report.json"))
    check((folder / "report.json").read_text(encoding="utf-8"), "bench report", "gpupass.bench.comparison/1")

    image = folder / "image.raw"
    with open(image, "wb") as file:
        file.truncate(1 << 20)
    desktop = pathlib.Path(machines) / "vtd-desktop" / "root"
    check(run("--root", str(desktop), "guest", "create", "vm9", "--image", str(image), "--explain", "-c",
              "test:///default", "--format", "json"), "guest create --explain")

missing = set(schemas) - set(seen) - {"gpupass.choices/1"}
assert not missing, f"nothing was seen of {missing}"
for name, documents in seen.items():
    plain = jsonschema.Draft202012Validator(schemas[name])
    required = schemas[name]["required"]
    for key in required:
        broken = copy.deepcopy(documents[0])
        broken.pop(key)
        assert not plain.is_valid(broken), f"{name}: the schema lets a document without {key} through"
        broken[key] = {"of": "another type"}
        assert not plain.is_valid(broken), f"{name}: the schema lets anything be {key}"

words = ", ".join(f"{len(documents)} of {name}" for name, documents in sorted(seen.items()))
print(f"documents that fit their schemas: {words}")
