"""What cannot be virtual is told: which thread waited how long in real time, and where."""

from __future__ import annotations

import _thread
import functools
import hashlib
import multiprocessing
import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest
from virtual_time import EPOCH

from helpers.clock import Clock, NeverWaits, RealTimePassed, realtime
from helpers.clock.readings import MONOTONIC

SLEEP = [sys.executable, "-c", "import time; time.sleep(0.4)"]
LONG = [sys.executable, "-c", "import time; time.sleep(60)"]
on_posix = pytest.mark.skipif(os.name != "posix", reason="this system has no such call")


@pytest.fixture
def patient():
    clock = Clock(epoch=EPOCH, patience=30)
    yield clock
    clock.close()


def run(clock: Clock, **workers) -> None:
    with clock.running():
        for name, worker in workers.items():
            clock.start(worker, name=name)


def receive() -> None:
    near, far = socket.socketpair()
    with near, far:
        near.settimeout(0.4)
        with pytest.raises(TimeoutError):
            near.recv(1)


def select_a_socket() -> None:
    near, far = socket.socketpair()
    with near, far:
        assert select.select([near], [], [], 0.4) == ([], [], [])


def wait_in_vain_for_a_child() -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run(LONG, timeout=0.4)


REAL_WAITS = {
    "a socket": receive,
    "select": select_a_socket,
    "poll": lambda: select.poll().poll(400),
    "a signal": lambda: signal.sigtimedwait([signal.SIGUSR2], 0.4),
    "a child": lambda: subprocess.run(SLEEP, check=True),
    "a child's time-out": wait_in_vain_for_a_child,
    "the system": lambda: os.system("sleep 0.4"),
}
if os.name != "posix":
    for call in ("poll", "a signal", "the system"):  # Windows has none of these
        del REAL_WAITS[call]


@pytest.mark.parametrize("wait", REAL_WAITS)
@pytest.mark.usefixtures("looks_count_though_late")
def test_a_run_says_who_waited_how_long_in_real_time_and_where(patient, wait):
    def worker():
        time.sleep(5)
        REAL_WAITS[wait]()

    with pytest.warns(RealTimePassed) as caught:
        run(patient, worker=worker)
    text = str(caught[0].message)
    found = re.search(r"  worker waited (\d+\.\d) s in \S+ \((\S+):\d+\): \S+", text)
    assert found, text
    assert 0.2 <= float(found[1]) < 20
    assert found[2] == __file__
    assert "time.sleep" in text
    assert patient.now == 5.0


@pytest.mark.usefixtures("looks_count_though_late")
def test_the_time_out_of_a_child_counts_real_seconds(patient):
    seen = []

    def worker():
        with pytest.raises(subprocess.TimeoutExpired):
            subprocess.run(LONG, timeout=0.3)
        seen.append(subprocess.run([sys.executable, "-c", "pass"], timeout=60).returncode)

    with pytest.warns(RealTimePassed):
        run(patient, worker=worker, other=lambda: time.sleep(1000))
    assert seen == [0]


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods()[:2])
@pytest.mark.usefixtures("looks_count_though_late")
def test_so_does_the_end_of_a_process(patient, method):
    def worker():
        process = multiprocessing.get_context(method).Process(target=time.sleep, args=[60])
        process.start()
        process.join(timeout=0.3)
        assert process.is_alive()
        process.kill()
        process.join(timeout=60)
        assert not process.is_alive()

    with pytest.warns(RealTimePassed, match="worker waited"):
        run(patient, worker=worker)


@pytest.mark.parametrize("function", [time.sleep, time.monotonic, time.monotonic_ns])
@pytest.mark.usefixtures("looks_count_though_late")
def test_a_spawned_process_is_given_a_function_of_time_by_a_worker(patient, function):
    ends = []

    def worker():
        arguments = [0.01] if function is time.sleep else []
        context = multiprocessing.get_context("spawn")
        process = context.Process(target=function, args=arguments)
        process.start()
        process.join(timeout=60)
        ends.append(process.exitcode)

    with pytest.warns(RealTimePassed):
        run(patient, worker=worker)
    assert ends == [0]


@pytest.mark.usefixtures("looks_count_though_late")
def test_so_does_the_end_of_a_thread_from_before_the_run(patient):
    thread = threading.Thread(target=time.sleep, args=[0.3])
    thread.start()

    def worker():
        thread.join(timeout=60)
        assert not thread.is_alive()

    with pytest.warns(RealTimePassed, match=r"worker waited 0\.\d s in worker"):
        run(patient, worker=worker)
    assert patient.now == 0


@on_posix
@pytest.mark.parametrize("call", [("alarm", 60), ("setitimer", 0, 60.5)])
@pytest.mark.usefixtures("looks_count_though_late")
def test_a_timer_of_the_system_is_told(clock, call):
    name, *arguments = call
    function = getattr(signal, name)
    zeros = [0 for _ in arguments]
    with pytest.warns(RealTimePassed, match=rf"worker called signal\.{function.__name__}\("):
        run(clock, worker=functools.partial(function, *arguments), disarm=lambda: function(*zeros))


@pytest.mark.usefixtures("looks_count_though_late")
def test_a_pool_from_before_the_run_is_told(clock):
    with ThreadPoolExecutor(1, thread_name_prefix="early") as pool:
        pool.submit(int).result()

        def worker():
            with pytest.raises(TimeoutError):
                pool.submit(time.sleep, 0.1).result(timeout=5)

        with pytest.warns(RealTimePassed, match="worker gave work to threads .* the pool early"):
            run(clock, worker=worker)


def test_a_pool_from_before_the_run_that_has_no_threads_yet_is_virtual(clock):
    pool, seen = ThreadPoolExecutor(1), []

    def worker():
        pool.submit(time.sleep, 60).result(timeout=100)
        seen.append(clock.now)
        pool.shutdown()

    with warnings.catch_warnings():
        warnings.simplefilter("error", RealTimePassed)
        with clock.running():
            clock.start(worker, name="worker")
    assert seen == [60.0]


def test_a_thread_that_was_started_past_threading_is_told(patient):
    def outsider(done):
        time.sleep(0.2)
        done.release()

    def worker():
        done = _thread.allocate_lock()
        done.acquire()
        _thread.start_new_thread(outsider, (done,))
        REAL_WAITS["poll"]()

    with pytest.warns(
        RealTimePassed, match=r"not a thread of this run\) waited 0\.2 s in outsider"
    ):
        with patient.running():
            patient.start(worker, name="worker")


def test_a_thread_of_a_library_may_sleep_as_it_likes(patient):
    source = "import time\ndef poll(stop):\n    while not stop.is_set(): time.sleep(0.06)"
    library: dict = {}
    exec(compile(source, "/site-packages/library.py", "exec"), library)
    stop = threading.Event()
    thread = threading.Thread(target=library["poll"], args=[stop])
    thread.start()

    def works():
        end = time.perf_counter() + 0.3
        while time.perf_counter() < end:
            pass

    with warnings.catch_warnings():
        warnings.simplefilter("error", RealTimePassed)
        run(patient, worker=works)
    stop.set()
    thread.join()


def test_work_is_not_taken_for_a_wait(patient):
    def works():
        end = time.perf_counter() + 0.4
        while time.perf_counter() < end:
            sum(range(1000))
        data = bytes(50_000_000)
        for _ in range(3):
            zlib_of(data)

    def zlib_of(data):
        import zlib

        zlib.crc32(data)  # C code that lets other threads run meanwhile

    with warnings.catch_warnings():
        warnings.simplefilter("error", RealTimePassed)
        with patient.running():
            patient.start(works, name="works")


@pytest.mark.parametrize(
    ("ready", "queued", "others"), [(False, 0, 0), (True, 0, 0), (False, 1, 0), (False, 0, 1)]
)
def test_a_thread_that_gets_no_processor_is_not_taken_for_one_that_waits(
    patient, monkeypatch, ready, queued, others
):
    """As Linux tells it: a thread is ready, of each second the share that it was, others work."""
    monkeypatch.setattr(realtime, "_processor_seconds", lambda task: 0.0)
    monkeypatch.setattr(realtime, "_process_seconds", lambda: others * MONOTONIC.real())
    monkeypatch.setattr(realtime, "_is_ready", lambda native: ready)
    monkeypatch.setattr(realtime, "_queued_seconds", lambda task: queued * MONOTONIC.real())

    def works():
        hashlib.pbkdf2_hmac("sha256", b"", b"", 1_500_000)  # C code, that lets other threads run

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", RealTimePassed)
        run(patient, works=works)
    assert len(told) == (not (ready or queued or others))


def test_a_thread_may_end_while_the_run_looks_at_it(patient, monkeypatch):
    def gone(task):
        raise ProcessLookupError(3, "No such process")

    monkeypatch.setattr(realtime, "_processor_seconds", gone)
    with warnings.catch_warnings():
        warnings.simplefilter("error", RealTimePassed)
        run(patient, works=lambda: hashlib.pbkdf2_hmac("sha256", b"", b"", 300_000))


@pytest.mark.usefixtures("looks_count_though_late")
def test_a_wait_without_end_is_an_error_and_told_too(clock):
    near, far = socket.socketpair()
    wakes = threading.Timer(3, far.send, [b"x"])
    wakes.start()
    with near, far:
        with pytest.warns(RealTimePassed, match="worker waited"):
            with pytest.raises(NeverWaits, match="takes no simulated time"):
                run(clock, worker=lambda: near.recv(1))
        wakes.join()


@on_posix
@pytest.mark.usefixtures("looks_count_though_late")
def test_a_forked_child_lives_in_real_time(patient):
    context, seen = multiprocessing.get_context("fork"), []

    def worker():
        reads, writes = context.Pipe(duplex=False)
        process = context.Process(target=lambda: writes.send((time.time(), time.sleep(0.1))))
        process.start()
        assert reads.poll(timeout=60)
        seen.extend(reads.recv())
        process.join()

    with pytest.warns(RealTimePassed, match="worker waited"):
        run(patient, worker=worker)
    assert abs(seen[0] - time.time()) < 3600


@pytest.mark.usefixtures("looks_count_though_late")
def test_the_warning_stands_at_the_reader_s_own_line_in_every_run(patient):
    for _ in range(2):
        with pytest.warns(RealTimePassed) as caught:
            with patient.running():
                patient.start(REAL_WAITS["poll"], name="worker")
        assert caught[0].filename == __file__


@pytest.mark.usefixtures("looks_count_though_late")
def test_each_run_tells_its_own_time_alone(patient):
    with pytest.warns(RealTimePassed):
        run(patient, worker=REAL_WAITS["poll"])
    with warnings.catch_warnings():
        warnings.simplefilter("error", RealTimePassed)
        with patient.running():
            patient.start(time.sleep, 5, name="worker")
