"""An ambito: a hub and the PCs of some comuni, each in a folder of its own; what was written, and whether it is all there."""

import contextlib
import json
import shutil
import sqlite3
from pathlib import Path

from . import programs
from .programs import Failed, Server

AMBITO = "UMB-11"
PEOPLE = {"narni": "Narni", "amelia": "Amelia", "alviano": "Alviano", "giove": "Giove"}
PASSPHRASE = "quattro parole prese a caso"


class World:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.hub_server = None
        # What a PC, or the hub, has in the environment of its programs: a wrong clock.
        self.environments = {}
        notes = self.folder / "notes.json"
        self.notes = json.loads(notes.read_text()) if notes.exists() else {"replicas": [], "truth": {}}

    # --- Making and copying

    @classmethod
    def found(cls, folder, replicas=("narni", "amelia"), serve=True):
        """A new ambito with these replicas, whose hub serves."""
        Path(folder).mkdir(parents=True)
        world = cls(folder)
        (world.folder / "passphrase").write_text(PASSPHRASE + "\n")
        world.must("zona-server", "init", "--data", world.data, "--ambito", AMBITO, "--comuni", programs.COMUNI)
        world.serve()
        for name in replicas:
            world.enrol(name)
        if not serve:
            world.stop()
        return world

    def save(self):
        """Stops and writes down what `World(folder)` must know of it."""
        self.stop()
        (self.folder / "notes.json").write_text(json.dumps(self.notes))

    def remove(self):
        if self.hub_server:
            self.crash()
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- The hub

    @property
    def data(self):
        return self.folder / "hub"

    @property
    def hub_file(self):
        return self.data / AMBITO / "hub.sqlite"

    def serve(self, environment=None, port="0"):
        """Starts the hub; returns false when it ended before it served."""
        server = Server(self.data, environment or self.environments.get("hub"), self.folder, port)
        if not server.url:
            status = server.kill()
            self.last_said = f"{status}: {server.said}"
            return False
        self.hub_server = server
        self.tell_address()
        return True

    def must_serve(self):
        if not self.serve():
            raise Failed(f"the hub does not start: {self.last_said}")

    def must_serve_again(self, port):
        """Starts it on the port that it had, if that is still free, so that nobody has to be told while he works."""
        if not self.serve(port=port):
            self.must_serve()

    def tell_address(self):
        for name in self.notes["replicas"]:
            if not self.file(name).exists():
                continue
            with self.sql(self.file(name)) as database:
                address = database.execute("SELECT hub_url FROM zona_state").fetchone()
                if address and address[0] != self.hub_server.url:
                    database.execute("UPDATE zona_state SET hub_url = ?", [self.hub_server.url])

    def stop(self):
        if self.hub_server:
            server, self.hub_server = self.hub_server, None
            return server.stop()
        return None

    def crash(self):
        if self.hub_server:
            server, self.hub_server = self.hub_server, None
            return server.kill()
        return None

    # --- The PCs

    def file(self, name):
        return self.folder / name / "zona.sqlite"

    def run(self, *words, environment=None, kill_after=None, who=None):
        return programs.run(words, environment or self.environments.get(who or "hub"), self.folder, kill_after)

    def must(self, *words, who=None):
        outcome = self.run(*words, who=who)
        if outcome.status != 0:
            raise Failed(str(outcome))
        return outcome

    def words(self, who, *words):
        return ["zona", *words, "--file", str(self.file(who)), "--operator", f"Op {who}"]

    def zona(self, who, *words):
        """Runs `zona` at a PC; it must succeed. Returns what it printed."""
        return self.must(*self.words(who, *words), who=who).out.strip()

    def server_words(self, *words):
        return ["zona-server", *words, "--data", str(self.data)]

    def server(self, *words):
        return self.must(*self.server_words(*words)).out.strip()

    def invite(self, comune):
        return json.loads(self.server("invite", "--ambito", AMBITO, "--comune", comune, "--json"))["code"]

    def enrol(self, name):
        self.file(name).parent.mkdir(exist_ok=True)
        code = self.invite(PEOPLE[name])
        self.zona(name, "init", "--hub", self.hub_server.url, "--code", code)
        self.notes["replicas"].append(name)

    def add(self, who, token, **columns):
        """Adds an association of this name; it must be there, once, from now on. Returns its id."""
        words = [f"{key}={value}" for key, value in columns.items()]
        identity = self.zona(who, "add", "soggetto", f"denominazione={token}", "tipo_soggetto=VOL", *words)
        self.notes["truth"][token] = [1, 1]
        return identity

    def expect(self, token, least, most):
        self.notes["truth"][token] = [least, most]

    def sync(self, who):
        """A sync that must succeed; its answer."""
        return json.loads(self.zona(who, "sync", "--json"))

    # --- Reading

    @staticmethod
    @contextlib.contextmanager
    def sql(file):
        database = sqlite3.connect(file, timeout=20, isolation_level=None)
        try:
            yield database
        finally:
            database.close()

    def rows(self, file, query, *arguments):
        with self.sql(file) as database:
            return database.execute(query, arguments).fetchall()

    def value(self, file, query, *arguments):
        rows = self.rows(file, query, *arguments)
        return rows[0][0] if rows else None

    def count(self, who, token):
        """How many associations have this name."""
        return self.value(self.file(who), "SELECT count(*) FROM soggetto WHERE denominazione = ?", token)
