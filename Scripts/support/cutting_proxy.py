#!/usr/bin/env python3
"""A bad line, for the demo: a CONNECT proxy on loopback that stops working in the middle.

    cutting_proxy.py REPORT [up|down|calls LIMIT]

It passes what comes until so many bytes have gone up (from the client to the hub) or down, or until so many connections
have ended; then it cuts every connection and takes no other. Without a limit it passes all. Prints its port, chosen by the
system, as its only line. When it has cut, or is told to end (SIGTERM), it writes the bytes up, the bytes down, and `cut` or
`whole` to REPORT.
"""

import os
import select
import signal
import socket
import sys
import threading

SIZE = 4096


class Line:
    def __init__(self, report, way=None, limit=0):
        self.report, self.way, self.limit = report, way, limit
        self.passed = {"up": 0, "down": 0}
        self.calls = 0
        self.lock = threading.Lock()

    def room(self, way):
        return min(SIZE, self.limit - self.passed[way]) if way == self.way else SIZE

    def end(self, how):
        """Ends the process, and so closes every connection. What was passed before was handed over to the other side."""
        with open(self.report + ".new", "w", encoding="ascii") as report:
            report.write(f"{self.passed['up']} {self.passed['down']} {how}\n")
        os.replace(self.report + ".new", self.report)
        os._exit(0)

    def relay(self, client, hub):
        sides = {client: (hub, "up"), hub: (client, "down")}
        while True:
            for source in select.select(list(sides), [], [])[0]:
                target, way = sides[source]
                with self.lock:
                    data = source.recv(self.room(way))
                    if not data:
                        return
                    target.sendall(data)
                    self.passed[way] += len(data)
                    if way == self.way and self.passed[way] >= self.limit:
                        self.end("cut")

    def serve(self, client):
        try:
            with client:
                address = requested(client)
                if address:
                    with socket.create_connection(address) as hub:
                        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                        self.relay(client, hub)
        except OSError:
            pass  # One side went away: so does the other.
        with self.lock:
            self.calls += 1
            if self.way == "calls" and self.calls >= self.limit:
                self.end("cut")


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
    way, limit = (sys.argv[2], int(sys.argv[3])) if len(sys.argv) > 2 else (None, 0)
    line = Line(sys.argv[1], way, limit)
    signal.signal(signal.SIGTERM, lambda *_: line.end("whole"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        while True:
            client, _ = listener.accept()
            threading.Thread(target=line.serve, args=(client,), daemon=True).start()


if __name__ == "__main__":
    main()
