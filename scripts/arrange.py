#!/usr/bin/env python3
"""Arranges a wasm module for gzip, and changes nothing of what it does.

    scripts/arrange.py FROM TO

Functions that are alike come one after the other, because gzip looks back 32 KB and no further; those that are called most come
first, because their numbers are short; and data is one piece. In the text that wabt makes of a module, a function is a block of
lines and is called by its name.
"""

import collections
import re
import subprocess
import sys

# Numbers below 128 take one byte. Imports have the first, and functions that are called now and then are better beside their like.
SHORT_NUMBERS = 100
# What two functions may have in common: so many instructions in a row.
RUN = 3
# A run that more functions have makes none of them alike.
MOST_OWNERS = 40
# The next function is to be like those that were placed last, which have so many lines together.
NEAR = 1000

CALL = re.compile(r"call (\S+)")
NAME = re.compile(r"  \(func (\S+)")
# A byte is itself or, after a backslash, two hexadecimal digits.
DATA = re.compile(r'\n  \(data \S+ \(i32\.const (\d+)\) "(.*)"\)')
BYTE = re.compile(r"\\..|.")


def blocks(text):
    """What is before the functions, each function, and what is behind them."""
    lines = text.splitlines(keepends=True)
    starts = [number for number, line in enumerate(lines) if line.startswith("  (")]
    functions = [number for number in starts if NAME.match(lines[number])]
    bounds = functions + [next(number for number in starts if number > functions[-1])]
    bodies = [lines[start:end] for start, end in zip(bounds, bounds[1:])]
    return "".join(lines[: bounds[0]]), bodies, "".join(lines[bounds[-1] :])


def most_called(functions):
    calls = collections.Counter(name for function in functions for line in function for name in CALL.findall(line))
    return sorted(functions, key=lambda function: -calls[NAME.match(function[0])[1]])[:SHORT_NUMBERS]


def by_likeness(functions):
    """The longest first, and then each time what has most in common with the last, for its length."""
    owners = collections.defaultdict(list)
    for number, function in enumerate(functions):
        body = [line.strip() for line in function[1:]]
        for run in {tuple(body[at : at + RUN]) for at in range(len(body) - RUN + 1)}:
            owners[run].append(number)
    shared = collections.defaultdict(list)
    for run, having in owners.items():
        if 1 < len(having) <= MOST_OWNERS:
            for number in having:
                shared[number].append(run)

    placed = [max(range(len(functions)), key=lambda number: len(functions[number]))]
    left = set(range(len(functions))) - set(placed)
    while left:
        near, length = set(), 0
        for number in reversed(placed):
            near.update(shared[number])
            length += len(functions[number])
            if length > NEAR:
                break
        common = collections.Counter(number for run in near for number in owners[run] if number in left)
        placed.append(max(left, key=lambda number: (common[number] / (10 + len(functions[number])), -number)))
        left.remove(placed[-1])
    return [functions[number] for number in placed]


def with_one_piece_of_data(text):
    pieces = [(int(start), bytes_) for start, bytes_ in DATA.findall(text)]
    first = end = pieces[0][0]
    whole = ""
    for start, bytes_ in pieces:
        whole += r"\00" * (start - end) + bytes_
        end = start + len(BYTE.findall(bytes_))
    return DATA.sub("", text).rstrip().removesuffix(")") + f'  (data (i32.const {first}) "{whole}"))\n'


def main(source, target):
    text = subprocess.run(["wasm2wat", "--generate-names", source], check=True, capture_output=True, text=True).stdout
    before, functions, behind = blocks(text)
    first = most_called(functions)
    rest = by_likeness([function for function in functions if function not in first])
    arranged = before + "".join(line for function in first + rest for line in function) + with_one_piece_of_data(behind)
    subprocess.run(["wat2wasm", "-", "-o", target], check=True, input=arranged, text=True)


main(*sys.argv[1:])
