#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What gpupass-bench writes fits the schema of docs/schemas, as a validator of others sees it; and the schema
# is not one that anything fits.
#
#   schema_test.py GPUPASS-BENCH SCHEMA
import copy
import json
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    print("skipped: python3-jsonschema is not installed")
    sys.exit(125)

bench, schema_file = sys.argv[1:]
with open(schema_file, encoding="utf-8") as file:
    schema = json.load(file)
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)


def no_constant(name):
    raise ValueError(f"{name} is no JSON")


with tempfile.NamedTemporaryFile() as out:
    subprocess.run([bench, "--quick", "--group", "processor", "--group", "pci", "--block", "1", "--out", out.name],
                   check=True, timeout=120, stdout=subprocess.DEVNULL)
    document = json.load(out, parse_constant=no_constant)
validator.validate(document)
passed = [row for row in document["benchmarks"] if row["status"] == "passed"]
waived = [row for row in document["benchmarks"] if row["status"] == "waived"]
assert len(passed) >= 5 and waived, "there is too little in it to tell"

# breach NAME: a change after which the document must not fit any more.
breaches = {
    "another schema": lambda run: run.update(schema="gpupass.bench/2"),
    "no environment": lambda run: run.pop("env"),
    "a number as a string": lambda run: run["run"].update(seed="1"),
    "a gate without its value": lambda run: run["gates"][0].pop("value"),
    "a status of its own": lambda run: run["benchmarks"][0].update(status="ok"),
    "samples that took no time": lambda run: run["benchmarks"][0].update(samples_ns=[0]),
    "no iterations": lambda run: run["benchmarks"][0]["work"].update(iterations=0),
    "a list as a parameter": lambda run: run["benchmarks"][0]["params"].update(bytes=[1]),
    "passed without a summary": lambda run: run["benchmarks"][0].pop("summary"),
    "passed with errors": lambda run: run["benchmarks"][0]["check"].update(errors=1),
    "failed for no reason": lambda run: run["benchmarks"][0].update(status="failed"),
}
document["benchmarks"].sort(key=lambda row: row["status"] != "passed")
for name, breach in breaches.items():
    broken = copy.deepcopy(document)
    breach(broken)
    assert not validator.is_valid(broken), f"the schema lets {name} through"
print(f"{len(passed)} measurements fit the schema, {len(breaches)} breaches do not")
