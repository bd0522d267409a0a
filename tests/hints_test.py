#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every command of gpupass that a message or a document tells a person to type is one: its command, its action
# and each of its options are in --help. Messages are read from the string literals of the sources, with "{}" for
# what is filled in.
#
#   hints_test.py GPUPASS GPUPASS-BENCH SOURCE
import functools
import pathlib
import re
import subprocess
import sys

gpupass, bench, source = (str(pathlib.Path(path).resolve()) for path in sys.argv[1:])
root = pathlib.Path(source)
HOLE = re.compile(r"\{[^{}]*\}|…|[A-Z][A-Z_-]*")  # filled in, or a form for the reader to fill in
failures, checked = [], set()


@functools.cache
def help_of(*words):
    end = subprocess.run([*words, "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
    return end.stdout if end.returncode == 0 else ""


@functools.cache
def names_in(text):
    return set(re.findall(r"^  ([a-z]+) ", text, re.MULTILINE))


@functools.cache
def options_in(text):
    long = re.findall(r"^  (?:-\w \[ )?(--[a-z][a-z-]*)", text, re.MULTILINE)
    return set(long) | set(re.findall(r"^  (-\w) \[ --", text, re.MULTILINE))


COMMANDS = names_in(help_of(gpupass))
GLOBAL = {"--root", "--help", "--version", "-h"}
FOREIGN = {"--gpus", "--group-add", "--ipc", "--network", "--security-opt", "--ulimit"}  # of what starts containers


def literals(text):
    """The string literals of a C++ file, adjacent ones as one; each with its line."""
    text = re.sub(r"^\s*#include .*$", "", text, flags=re.MULTILINE)
    token = re.compile(r'//[^\n]*|\'(?:\\.|[^\'\\])\'|R"\((.*?)\)"|"((?:\\.|[^"\\\n])*)"', re.DOTALL)
    current, end = None, 0
    for match in token.finditer(text):
        if match.group(1) is None and match.group(2) is None:
            continue
        value = match.group(1) if match.group(1) is not None else re.sub(r"\\(.)", r"\1", match.group(2))
        if current is not None and not text[end:match.start()].strip():
            current = (current[0], current[1] + value)
        else:
            if current is not None:
                yield current
            current = (text.count("\n", 0, match.start()) + 1, value)
        end = match.end()
    if current is not None:
        yield current


def check(command, where):
    """A command's words, the program's name first; what follows "--" is another program's."""
    words = re.split(r"\s+(?![^\[]*\])", re.sub(r"(?<=[a-z])\{", " {", command.strip()))
    words = [word.strip("[]|") for word in words]
    if "--" in words:
        words = words[:words.index("--")]
    program, words = words[0], words[1:]
    while words and words[0] == "--root":
        words = words[2:]
    if program == "gpupass":
        if words and words[0] == "help":
            words = words[1:] + ["--help"]
        if words and words[0].isdigit():
            return None  # a line of the protocol between host and guest
        if not words or HOLE.search(words[0]) or words[0].startswith("-"):
            known, rest = GLOBAL, words
        elif words[0] not in COMMANDS:
            return failures.append(f"{where}: there is no command {words[0]}: {command}")
        else:
            path, rest = [gpupass, words[0]], words[1:]
            if "ACTION" in help_of(*path).split("\n")[0]:
                if not rest or HOLE.search(rest[0]) or rest[0].startswith("-"):
                    return checked.add(command)
                if rest[0] not in names_in(help_of(*path)):
                    return failures.append(f"{where}: there is no action {rest[0]}: {command}")
                path, rest = [*path, rest[0]], rest[1:]
            known = options_in(help_of(*path)) | GLOBAL
            if path[1:] in (["bench", "run"], ["guest", "bench"], ["bench", "experiment"]):
                known = known | options_in(help_of(bench))
    else:
        known, rest = options_in(help_of(bench)) | GLOBAL, words
    checked.add(command)
    for word in rest:
        option = re.match(r"--[a-z][a-z-]*|-[a-z]\b", word)
        if option and option.group(0) not in known:
            failures.append(f"{where}: {option.group(0)} is no option of it: {command}")


def check_option(option, where):
    """A single option is one of some command's."""
    checked.add(option)
    if option not in ANY | FOREIGN:
        failures.append(f"{where}: {option} is no option of any command")


def all_helps():
    yield help_of(gpupass)
    yield help_of(bench)
    for command in COMMANDS:
        text = help_of(gpupass, command)
        yield text
        if "ACTION" in text.split("\n")[0]:
            for action in names_in(text):
                yield help_of(gpupass, command, action)


ANY = set().union(*(options_in(text) for text in all_helps())) | GLOBAL

COMMAND = re.compile(r"^(?:sudo )?(gpupass(?:-bench)?(?: .*)?)$", re.DOTALL)


def check_quoted(text, where):
    for quoted in re.findall(r"`([^`]*)`", text):
        found = COMMAND.match(quoted)
        if found:
            check(found.group(1), where)
        elif re.fullmatch(r"--[a-z][a-z-]*( [^`]*)?", quoted) and not HOLE.fullmatch(quoted):
            check_option(quoted.split()[0].split("=")[0], where)


for file in sorted((root / "src").rglob("*.?pp")):
    for line, text in literals(file.read_text(encoding="utf-8")):
        where = f"{file.relative_to(root)}:{line}"
        check_quoted(text, where)
        # Commands that are a literal of their own, and those of usage lines.
        found = re.match(r"(?:usage: )?(gpupass [a-z]+ [^`;,]*)$", text)
        if found and found.group(1).split()[1] in COMMANDS:
            check(found.group(1), where)

for file in [root / "README.md", *sorted((root / "docs").rglob("*.md")), *sorted((root / "scripts").rglob("*.md"))]:
    text = file.read_text(encoding="utf-8")
    where = file.relative_to(root)
    if file.name == "CHANGELOG.md":
        continue  # it names what once was
    if file.parent.name != "lab":  # its options are those of its scripts
        check_quoted(re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE), where)
    for block in re.findall(r"^```[a-z]*\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        for line in re.sub(r"\\\n", " ", block).split("\n"):
            found = re.match(r"(?:\$ |# )?(?:sudo )?(gpupass(?:-bench)? [a-z-][^#|>;&]*)", line)
            if found and not line.startswith("gpupass: "):
                check(found.group(1), where)

for file in sorted((root / "docs/man").glob("*.1")):
    text = file.read_text(encoding="utf-8").replace("\\-", "-").replace("\\e", "\\").replace("\\\n", " ")
    for block in re.findall(r"^\.EX\n(.*?)^\.EE", text, re.DOTALL | re.MULTILINE):
        for line in block.split("\n"):
            found = re.match(r"(?:\$ |# )?(?:sudo )?(gpupass(?:-bench)? [a-z-][^#|>;&]*)", line)
            if found:
                check(found.group(1), file.relative_to(root))

assert len(checked) > 150, f"only {len(checked)} commands were found"
print(f"{len(checked)} commands and options that people are told of")
for failure in failures:
    print("FAIL:", failure)
sys.exit(1 if failures else 0)
