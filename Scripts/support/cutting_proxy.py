#!/usr/bin/env python3
"""A bad line, for the demo: a CONNECT proxy on loopback that stops working in the middle.

    cutting_proxy.py REPORT [up|down|calls LIMIT]

It passes what comes until so many bytes have gone up (from the client to the hub) or down, or until so many connections
have ended; from then on every connection breaks, those under way and those that come. Without a limit it passes all. Prints
its port, chosen by the system, as its only line. When it is told to end (SIGTERM), it writes the bytes up, the bytes down,
and `cut` or `whole` to REPORT.
"""

import os
import select
import signal
import socket
import sys
import threading

SIZE = 4096


class Line:
    def __init__(self, way=None, limit=0):
        self.way, self.limit = way, limit
        self.passed = {"up": 0, "down": 0}
        self.calls = 0
        self.is_cut = False
        self.lock = threading.Lock()

    def pass_on(self, source, target, way):
        """Passes what has come from one side; false when this connection is over."""
        with self.lock:
            if self.is_cut:
                return False
            room = min(SIZE, self.limit - self.passed[way]) if way == self.way else SIZE
            data = source.recv(room)
            target.sendall(data)
            self.passed[way] += len(data)
            self.is_cut = way == self.way and self.passed[way] >= self.limit
            return bool(data) and not self.is_cut

    def serve(self, client):
        try:
            address = None if self.is_cut else requested(client)
            if address:
                with socket.create_connection(address) as hub:
                    client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    self.relay(client, hub)
        except OSError:
            pass  # One side went away: so does the other.
        finally:
            with self.lock:
                self.calls += 1
                self.is_cut = self.is_cut or (self.way == "calls" and self.calls >= self.limit)
            client.close()

    def relay(self, client, hub):
        sides = {client: (hub, "up"), hub: (client, "down")}
        while True:
            for source in select.select(list(sides), [], [])[0]:
                target, way = sides[source]
                if not self.pass_on(source, target, way):
                    return

    def report(self, path):
        with open(path, "w", encoding="ascii") as report:
            report.write(f"{self.passed['up']} {self.passed['down']} {'cut' if self.is_cut else 'whole'}\n")


def requested(client):
    """Host and port of the CONNECT request; nothing for any other."""
    head = b""
    while b"\r\n\r\n" not in head:
        more = client.recv(SIZE)
        if not more or len(head) > 65536:
            return None
        head += more
    method, target = head.split(b" ", 2)[:2]
    host, _, port = target.decode("ascii").rpartition(":")
    return (host, int(port)) if method == b"CONNECT" else None


def main():
    path = sys.argv[1]
    line = Line(sys.argv[2], int(sys.argv[3])) if len(sys.argv) > 2 else Line()

    def end(*_):
        line.report(path)
        os._exit(0)

    signal.signal(signal.SIGTERM, end)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        while True:
            client, _ = listener.accept()
            threading.Thread(target=line.serve, args=(client,), daemon=True).start()


if __name__ == "__main__":
    main()
