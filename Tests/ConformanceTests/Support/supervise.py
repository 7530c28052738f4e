"""Runs a program for as long as the standard input stays open.

The test process holds the other end of the pipe. However it ends, the pipe closes, and the program and
everything it has started are stopped: SIGTERM first, SIGKILL for what is left after five seconds.
"""

import os
import signal
import subprocess
import sys
import threading
import time


def alive(group):
    try:
        os.killpg(group, 0)
        return True
    except ProcessLookupError:
        return False


def stop(group):
    for number, seconds in ((signal.SIGTERM, 5), (signal.SIGKILL, 1)):
        try:
            os.killpg(group, number)
        except ProcessLookupError:
            return
        end = time.monotonic() + seconds
        while alive(group) and time.monotonic() < end:
            time.sleep(0.02)


def main():
    # A thread of the test process may have signals blocked, and whatever it starts inherits that.
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, start_new_session=True)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: os.close(0))
    # What asks a server to read its settings again would end this program, so it comes under another name.
    signal.signal(signal.SIGUSR1, lambda *_: os.kill(child.pid, signal.SIGHUP))

    def watch():
        try:
            while os.read(0, 4096):
                pass
        except OSError:
            pass
        stop(child.pid)

    threading.Thread(target=watch, daemon=True).start()
    status = child.wait()
    stop(child.pid)
    sys.exit(status if status >= 0 else 128 - status)


main()
