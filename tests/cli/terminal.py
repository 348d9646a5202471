# SPDX-License-Identifier: Apache-2.0
"""A terminal for the program: what it shows, and what someone types."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

TIMEOUT_S = 120


class Terminal:
    """The program on a terminal of its own."""

    def __init__(self, program, environment, *arguments, width=80):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                os.execve(program, [program, *arguments], environment)
            finally:
                os._exit(127)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
        self.text = ""

    def expect(self, text, count=1):
        """Reads until `text` has come, `count` times since the last call."""
        deadline = time.monotonic() + TIMEOUT_S
        while self.text.count(text) < count:
            ready, _, _ = select.select([self.fd], [], [], max(0, deadline - time.monotonic()))
            try:
                data = os.read(self.fd, 65536) if ready else b""
            except OSError:
                data = b""
            if not data:
                raise AssertionError(f"no {text!r} in {self.text!r}")
            self.text += data.decode(errors="replace").replace("\r\n", "\n")
        seen, self.text = self.text, ""
        return seen

    def send(self, text):
        os.write(self.fd, text.encode())

    def wait(self):
        """The exit status."""
        deadline = time.monotonic() + TIMEOUT_S
        while time.monotonic() < deadline:
            try:
                if select.select([self.fd], [], [], 0.02)[0]:
                    os.read(self.fd, 65536)
            except OSError:
                pass
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                os.close(self.fd)
                return os.waitstatus_to_exitcode(status)
        os.kill(self.pid, signal.SIGKILL)
        raise AssertionError("the program does not end")
