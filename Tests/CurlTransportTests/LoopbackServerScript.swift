/// The servers of these tests, in Python: its standard library has TLS, and it is no code of ours that could share
/// a mistake with the client. Started as `python3 -c SCRIPT`, prints `port plainPort closedPort droppingPort pin`
/// and ends when its standard input does.
let loopbackServerScript = #"""
    import hashlib, os, socket, ssl, subprocess, sys, tempfile, threading

    expired = sys.argv[1] == "expired"

    def run(*command, data=None):
        return subprocess.run(command, input=data, check=True, capture_output=True).stdout

    with tempfile.TemporaryDirectory() as folder:
        key, certificate = folder + "/key.pem", folder + "/certificate.pem"
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=hub.example")
        if expired:
            request = run("openssl", "x509", "-x509toreq", "-in", certificate, "-signkey", key)
            open(certificate, "wb").write(run("openssl", "x509", "-req", "-days", "-1", "-signkey", key, data=request))
        public = run("openssl", "x509", "-in", certificate, "-noout", "-pubkey")
        pin = hashlib.sha256(run("openssl", "pkey", "-pubin", "-outform", "der", data=public)).hexdigest()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)

    def listener():
        one = socket.socket()
        one.bind(("127.0.0.1", 0))
        one.listen(16)
        return one

    secure, plain, dropping = listener(), listener(), listener()
    closed = socket.socket()
    closed.bind(("127.0.0.1", 0))
    connections = 0

    def answer(status, body, *headers, mark=True, length=None):
        lines = ["HTTP/1.1 " + status, "Content-Length: %d" % (len(body) if length is None else length)]
        lines += ["Zona-Hub: 1"] if mark else []
        return ("\r\n".join(lines + list(headers)) + "\r\n\r\n").encode() + body

    def head_and_body(stream):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = stream.readline()
            if not line:
                return None, None
            head += line
        length = 0
        for line in head.decode().lower().split("\r\n"):
            if line.startswith("content-length:"):
                length = int(line.split(":")[1])
        return head.decode(), stream.read(length)

    def serve(connection, number):
        try:
            connection = context.wrap_socket(connection, server_side=True)
            stream = connection.makefile("rb")
            while True:
                head, body = head_and_body(stream)
                if head is None:
                    return
                path = head.split(" ")[1]
                if path == "/hello":
                    connection.sendall(answer("200 OK", b"hello", "X-Connection: %d" % number, "X-Empty:"))
                elif path == "/missing":
                    connection.sendall(answer("404 Not Found", b"no such thing"))
                elif path == "/length":
                    connection.sendall(answer("200 OK", b"", length=12345))
                elif path == "/head":
                    connection.sendall(answer("200 OK", head.encode()))
                elif path == "/prefix/echo" or path == "/echo":
                    connection.sendall(answer("200 OK", body, "X-Connection: %d" % number))
                elif path == "/echo-and-close":
                    connection.sendall(answer("200 OK", body, "X-Connection: %d" % number))
                    return
                elif path == "/portal":
                    connection.sendall(answer("200 OK", b"<html>Welcome, guest</html>", mark=False))
                elif path == "/redirect":
                    connection.sendall(answer("302 Found", b"", "Location: /hello"))
                elif path == "/cut":
                    connection.sendall(answer("200 OK", b"x" * 400, "ETag: \"7\"", length=1000))
                    return
                elif path == "/long":
                    connection.sendall(answer("200 OK", b"", length=1 << 40))
                    while True:
                        connection.sendall(b"y" * 65536)
                elif path == "/hang":
                    stream.read(1)
                    return
                elif path == "/hang-in-body":
                    connection.sendall(answer("200 OK", b"z" * 10, length=1000))
                    stream.read(1)
                    return
        except OSError:
            pass
        finally:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            connection.close()

    def pump(source, target):
        try:
            while piece := source.recv(65536):
                target.sendall(piece)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def serve_plain(connection, number):
        try:
            stream = connection.makefile("rb", 0)
            if connection.recv(1, socket.MSG_PEEK) != b"C":
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                return
            head, _ = head_and_body(stream)
            login = b"HTTP/1.1 407 Login\r\nProxy-Authenticate: Basic realm=\"p\"\r\nContent-Length: 0\r\n\r\n"
            while " login." in head and "Proxy-Authorization: Basic dXNlcjpzZWNyZXQ=" not in head:
                connection.sendall(login)
                head, _ = head_and_body(stream)
                if head is None:
                    return
            target = head.split(" ")[1]
            if target.startswith("forbidden."):
                connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            else:
                onward = socket.create_connection(secure.getsockname())
                connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                threading.Thread(target=pump, args=(onward, connection), daemon=True).start()
                pump(connection, onward)
        except OSError:
            pass
        finally:
            connection.close()

    def accept(source, handler):
        global connections
        while True:
            connection, _ = source.accept()
            connections += 1
            threading.Thread(target=handler, args=(connection, connections), daemon=True).start()

    def drop(connection, number):
        connection.recv(1)
        connection.close()

    for source, handler in ((secure, serve), (plain, serve_plain), (dropping, drop)):
        threading.Thread(target=accept, args=(source, handler), daemon=True).start()
    print(*[one.getsockname()[1] for one in (secure, plain, closed, dropping)], pin, flush=True)
    sys.stdin.read()
    os._exit(0)
    """#
