"""A line between a PC and the hub that can be spoilt while it is used, and mended: a relay on loopback."""

import contextlib
import socket
import struct
import threading

SIZE = 4096
LOGIN = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\nciao"


class Line:
    """Passes all until `spoil` says otherwise:

    refused   nobody listens behind it: connections end as soon as they begin
    dead      so many bytes go up, then nothing moves any more, and no end comes either
    void      connections begin, and nothing ever moves
    login     everything is answered with a page that asks for a name

    A connection that was spoilt stays so: a line that is mended takes new ones only.
    """

    def __init__(self, target):
        self.target, self.how, self.after = target, "pass", 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.lock = threading.Lock()
        self.open = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self):
        return f"https://127.0.0.1:{self.listener.getsockname()[1]}"

    def spoil(self, how, after=0):
        """From here on; what is under way is spoilt, too."""
        with self.lock:
            self.how, self.after = how, after
            under_way, self.open = self.open, []
        for call in under_way:
            call.spoilt = how
            if how not in ("dead", "void"):
                call.end()

    def mend(self):
        with self.lock:
            self.how = "pass"

    def close(self):
        self.spoil("refused")
        self.listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                how, call = self.how, Call(client, self.how, self.after)
                if how in ("pass", "dead", "void"):
                    self.open.append(call)
            threading.Thread(target=call.serve, args=(self.target,), daemon=True).start()


class Call:
    """One connection."""

    def __init__(self, client, how, after):
        self.client, self.how, self.left = client, how, after
        self.spoilt = None
        self.hub = None

    def serve(self, target):
        with contextlib.suppress(OSError):
            if self.how == "refused":
                # An end without a goodbye.
                self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.client.close()
            elif self.how == "login":
                self.client.recv(SIZE)
                self.client.sendall(LOGIN)
                self.end()
            elif self.how != "void":
                self.hub = socket.create_connection(("127.0.0.1", target))
                threading.Thread(target=self._pump, args=(self.hub, self.client, False), daemon=True).start()
                self._pump(self.client, self.hub, True)

    def _pump(self, source, target, is_up):
        with contextlib.suppress(OSError):
            while data := source.recv(SIZE):
                if is_up and self.how == "dead":
                    data = data[:self.left]
                    self.left -= len(data)
                    if self.left == 0:
                        self.spoilt = self.how
                if self.spoilt in ("dead", "void"):
                    return
                target.sendall(data)
            self.end()

    def end(self):
        for side in (self.client, self.hub):
            if side:
                with contextlib.suppress(OSError):
                    side.shutdown(socket.SHUT_RDWR)
                    side.close()
