"""What was made is on the disk before it is made, whoever writes, and whatever breaks."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from helpers.account.register import Register

MADE = {
    "account": "123456789012", "region": "eu-west-1", "kind": "queue", "service": "sqs",
    "owner": "test", "expires_at": 2e9,
}  # fmt: skip


def names(register):
    return [entry.name for entry in register.read().entries]


def test_what_is_added_is_there_for_another_and_gone_when_struck(tmp_path):
    register = Register(tmp_path)
    first = register.add(**MADE, name="a")
    second = register.note(register.add(**MADE, name="b", details={"bus": "x"}), ident="i")
    other = Register(tmp_path)
    assert other.read().entries == [first, second]
    assert second.details == {"bus": "x", "ident": "i"}
    other.strike(first)
    assert names(register) == ["b"]


def test_the_line_is_on_the_disk_before_add_returns(tmp_path, monkeypatch):
    """A line that only the operating system's cache has is lost with the machine."""
    synced = []
    real = os.fsync

    def fsync(file):
        real(file)
        synced.append([path.read_text(encoding="utf-8") for path in tmp_path.glob("*.jsonl")])

    monkeypatch.setattr(os, "fsync", fsync)
    Register(tmp_path).add(**MADE, name="a")
    assert '"name": "a"' in synced[0][0]


def test_nothing_written_is_nothing_to_read(tmp_path):
    assert Register(tmp_path / "none").read() == ([], [])


PROGRAM = f"""
import sys
from helpers.account.register import Register
register = Register(sys.argv[1])
for number in range(40):
    entry = register.add(**{MADE!r}, name=f"{{sys.argv[2]}}-{{number}}")
    if number % 2:
        register.strike(entry)
if sys.argv[3] == "wait":
    print("there", flush=True)
    sys.stdin.read()
"""


def started(folder, name, end):
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder), name, end],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def test_several_processes_write_at_once(tmp_path):
    both = [started(tmp_path, name, "end") for name in ("a", "b", "c")]
    assert [process.wait(60) for process in both] == [0, 0, 0]
    for process in both:
        process.stdin.close()
        process.stdout.close()
    contents = Register(tmp_path).read()
    assert sorted(entry.name for entry in contents.entries) == sorted(
        f"{name}-{number}" for name in "abc" for number in range(0, 40, 2)
    )
    assert contents.damage == []
    assert len({entry.id for entry in contents.entries}) == 60


def test_a_process_that_runs_is_told_from_one_that_was_killed(tmp_path):
    process = started(tmp_path, "a", "wait")
    assert process.stdout.readline() == b"there\n"
    (entry, *_) = Register(tmp_path).read().entries
    assert not entry.maker_is_gone
    process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    process.wait(60)
    process.stdin.close()
    process.stdout.close()
    assert entry.maker_is_gone
    assert not entry._replace(host="elsewhere").maker_is_gone, "nobody here can know"
    assert entry._replace(process=os.getpid()).maker_is_gone, "its id was given out again"


def test_an_entry_ends_when_its_time_is_over(tmp_path):
    register = Register(tmp_path)
    assert register.add(**MADE | {"expires_at": time.time() - 1}, name="a").expired
    assert not register.add(**MADE | {"expires_at": time.time() + 60}, name="b").expired


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"made": {"id": "x", "acc', "no JSON"),
        ("[1]", "no object"),
        ('{"made": {"id": "x"}}', "an entry has the fields"),
        ('{"made": 3}', "an entry has the fields"),
        ('{"lost": "x"}', "neither made, noted nor removed"),
        ('{"noted": "x", "details": 3}', "neither made, noted nor removed"),
        ("\x00\x00", "no JSON"),
        ("", "no JSON"),
        ('{"removed": null}', "neither made"),
    ],
)
def test_a_damaged_line_is_told_and_loses_no_other(tmp_path, line, said):
    register = Register(tmp_path)
    register.add(**MADE, name="a")
    (path,) = tmp_path.glob("*.jsonl")
    with path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    register.add(**MADE, name="b")
    contents = register.read()
    assert [entry.name for entry in contents.entries] == ["a", "b"]
    (told,) = contents.damage
    assert f"{path}, line 2: {said}" in told


def test_a_last_line_that_was_cut_is_told_and_the_next_begins_anew(tmp_path):
    """A process that was killed while it wrote: a later one writes a file of its own."""
    register = Register(tmp_path)
    register.add(**MADE, name="a")
    (path,) = tmp_path.glob("*.jsonl")
    path.rename(tmp_path / "dead-1-1.00.jsonl")
    with (tmp_path / "dead-1-1.00.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"made": {"id"')
    register.add(**MADE, name="b")
    contents = register.read()
    assert [entry.name for entry in contents.entries] == ["a", "b"]
    assert len(contents.damage) == 1


@pytest.mark.parametrize(
    ("field", "wrong"), [("name", 3), ("process", "x"), ("expires_at", None), ("details", [])]
)
def test_a_field_of_a_wrong_type_is_damage(tmp_path, field, wrong):
    register = Register(tmp_path)
    entry = register.add(**MADE, name="a")
    (path,) = tmp_path.glob("*.jsonl")
    path.write_text(json.dumps({"made": entry._asdict() | {field: wrong}}) + "\n", encoding="utf-8")
    assert register.read().entries == []
    assert len(register.read().damage) == 1


def test_files_of_ended_processes_go_when_nothing_is_left(tmp_path):
    process = started(tmp_path, "a", "end")
    process.wait(60)
    process.stdin.close()
    process.stdout.close()
    register = Register(tmp_path)
    register.tidy()
    assert len(list(tmp_path.glob("*.jsonl"))) == 1, "something is left in it"
    for entry in register.read().entries:
        register.strike(entry)
    register.tidy()
    (own,) = tmp_path.glob("*.jsonl")
    assert f"-{os.getpid()}-" in own.name, "this process may still write to its own"
    assert register.read() == ([], [])
