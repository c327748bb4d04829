"""A lab of two hosts with three controllers and three members of etcd, and what is written down of it."""

import argparse
import base64
import datetime
import json
import os
import pathlib
import shutil
import signal
import subprocess
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
LAB = HERE.parent / "lab"
CLIENT = "10.63.0.250"


def log(text: str) -> None:
    print(f"{datetime.datetime.now(datetime.timezone.utc).isoformat(timespec='milliseconds')} {text}", flush=True)


class Cluster:
    """The lab with its controllers."""

    def __init__(self, options: argparse.Namespace):
        self.name = os.environ.setdefault("CMS_LAB_NAME", "trial")
        self.root = pathlib.Path(os.environ.get("CMS_LAB_ROOT", "/var/tmp"))
        self.folder = self.root / f"cms-lab-{self.name}"
        self.pki = self.folder / "pki"
        self.out = pathlib.Path(options.output).resolve()
        self.programs = pathlib.Path(options.programs).resolve()
        self.options = options
        self.processes: dict[str, subprocess.Popen] = {}

    # The lab.

    def lab(self, *arguments: str, check: bool = True) -> str:
        done = subprocess.run([LAB, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if check and done.returncode != 0:
            raise RuntimeError(f"lab {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout

    def namespace(self, node: str) -> list[str]:
        return ["ip", "netns", "exec", f"cms-{self.name}-{node}"]

    def address(self, node: str) -> str:
        return {"a": "10.63.0.11", "b": "10.63.0.12"}.get(node) or f"10.63.0.{100 * (1 + 'ce'.index(node[0])) + int(node[1:])}"

    def up(self) -> None:
        self.lab("up", "--hosts", "2", "--controllers", "3", "--vms", str(self.options.vms), "--shell")
        wire = ["ip", "-n", f"cms-{self.name}-wire"]
        subprocess.run([*wire, "address", "add", f"{CLIENT}/24", "dev", "wire"], check=False, capture_output=True)
        for number, host in ((122, "a"), (123, "b")):
            subprocess.run([*wire, "route", "replace", f"192.168.{number}.0/24", "via", self.address(host)], check=True)

    # etcd.

    def etcdctl(self, *arguments: str, member: str = "", **more) -> subprocess.CompletedProcess:
        members = [member] if member else ["e1", "e2", "e3"]
        return subprocess.run([*self.etcdctl_command(members), *arguments], capture_output=True, text=True, **more)

    def etcdctl_command(self, members: list[str]) -> list[str]:
        client = self.pki / "client"
        return [*self.namespace("wire"), "env", "ETCDCTL_API=3", "etcdctl", "--dial-timeout=2s", "--command-timeout=5s",
                "--endpoints", ",".join(f"https://{self.address(m)}:2379" for m in members), "--cacert",
                str(self.pki / "ca.pem"), "--cert", str(client / "clientcert.pem"), "--key", str(client / "clientkey.pem")]

    def etcd_pid(self, node: str) -> int:
        return int((self.folder / f"{node}.pid").read_text())

    # The controllers.

    def configuration(self, name: str) -> str:
        hosts = "".join(
            f"  - {{name: {host}, uri: \"qemu+tls://{self.address(host)}/system?pkipath={self.pki}/client\"}}\n" for host in "ab")
        lost = getattr(self.options, "host_lost_after", "20s")
        members = ", ".join(f"\"https://{self.address(m)}:2379\"" for m in ("e1", "e2", "e3"))
        return (f"name: {name}\nlisten: 0.0.0.0:7000\nadvertise: [\"{self.address(name)}:7000\"]\n"
                f"state-dir: {self.out}/{name}/state\nhost-lost-after: {lost}\nhypervisors:\n{hosts}"
                f"store:\n  etcd:\n    endpoints: [{members}]\n    ca: {self.pki}/ca.pem\n"
                f"    certificate: {self.pki}/client/clientcert.pem\n    key: {self.pki}/client/clientkey.pem\n"
                f"groups:\n  web:\n    hosts: 192.168.122.0/23\n    min: {self.options.min}\n    max: {self.options.max}\n"
                "    host: {memory-reserve: 64MiB, vcpu-overcommit: 16}\n"
                "    policy: {scale-in: {window: 30s, cooldown: 10s}}\n")

    def start(self, name: str) -> None:
        with open(self.out / name / "log", "ab") as file:
            self.processes[name] = subprocess.Popen(
                [*self.namespace(name), str(self.programs / "cms-controller"), "run", "--config",
                 str(self.out / name / "cms.yaml"), "--log-level", "debug" if self.options.debug else "info"],
                stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True)

    def ctl(self, name: str, *arguments: str, at: str = "") -> str:
        done = subprocess.run(
            [*self.namespace(at or name), str(self.programs / "cms-controller"), *arguments],
            capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout

    def begin(self) -> None:
        for name in ("c1", "c2", "c3"):
            (self.out / name / "state").mkdir(parents=True, mode=0o700)
            (self.out / name / "cms.yaml").write_text(self.configuration(name))
        self.start("c1")
        self.wait("c1 listens", 30, lambda: self.answers("c1"))
        for name in ("c2", "c3"):
            made = json.loads(self.ctl("c1", "token", "create", "--for-controller", name, "--config",
                                       str(self.out / "c1" / "cms.yaml"), "--json"))
            self.ctl(name, "join", f"{self.address('c1')}:7000", "--name", name, "--token", made["token"], "--ca-hash",
                     made["authorityHash"], "--state-dir", str(self.out / name / "state"))
            self.start(name)
        for name in ("c2", "c3"):
            self.wait(f"{name} listens", 30, lambda n=name: self.answers(n))

    def answers(self, name: str) -> bool:
        done = subprocess.run([*self.namespace("wire"), "curl", "-sk", "--max-time", "2",
                               f"https://{self.address(name)}:7000/healthz"], capture_output=True)
        return b"ok" in done.stdout

    def owner(self) -> str:
        done = self.etcdctl("get", "/cms/live/owners/web", "--print-value-only")
        try:
            return json.loads(done.stdout)["row"]["controller"]
        except (ValueError, KeyError):
            return ""

    def wait(self, what: str, seconds: float, condition):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = condition()
            if found:
                return found
            time.sleep(0.2)
        raise RuntimeError(f"within {seconds} s it did not happen that {what}")

    # The client.

    def load(self, mode: str, *arguments: str) -> subprocess.Popen:
        """cms-client's load from a place of its own on the wire; what it did stands in client.jsonl."""
        identity = self.out / "identity"
        if not identity.exists():
            self.ctl("c1", "client", "add", "trial", "--state-dir", f"{self.out}/c1/state", "--out", str(identity))
        controllers = ",".join(f"{self.address(c)}:7000" for c in ("c1", "c2", "c3"))
        with open(self.out / "client.log", "wb") as file:
            return subprocess.Popen(
                [*self.namespace("wire"), str(self.programs / "cms-client"), "run", "--controllers", controllers,
                 "--identity", str(identity), "--plain", "--events-file", f"{self.out}/client.jsonl", "--mode", mode, *arguments],
                stdin=subprocess.DEVNULL, stdout=file, stderr=file)

    def endpoints(self) -> list[str]:
        """The names in the endpoint set as it stands in etcd."""
        done = self.etcdctl("get", "/cms/groups/web/endpointSet", "--print-value-only")
        try:
            return [endpoint["name"] for endpoint in json.loads(done.stdout)["row"]["endpoints"]]
        except (ValueError, KeyError):
            return []

    def collect(self) -> None:
        """libvirt's logs of the domains."""
        for host in "ab":
            for path in (self.root / f"cms-lab-{self.name}-{host}").glob("log/qemu/*.log"):
                target = self.out / "libvirt" / host
                target.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, target / path.name)

    def end(self) -> None:
        for process in self.processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
        for process in self.processes.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


class Recorder(threading.Thread):
    """Writes down every change in etcd, with its revision and when it was heard of."""

    def __init__(self, cluster: Cluster):
        super().__init__(daemon=True)
        self.cluster = cluster
        self.path = cluster.out / "etcd.jsonl"
        self.revision = 0
        self.ending = False
        self.process: subprocess.Popen | None = None

    def run(self) -> None:
        number = 0
        with open(self.path, "w", encoding="utf-8") as file:
            while not self.ending:
                member = ("e1", "e2", "e3")[number % 3]
                number += 1
                self.process = subprocess.Popen(
                    [*self.cluster.etcdctl_command([member]), "watch", "--prefix", "/cms/", "-w", "json", "--prev-kv",
                     *([f"--rev={self.revision + 1}"] if self.revision else ["--rev=1"])],
                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
                watcher = threading.Timer(15, self.process.kill)
                watcher.start()
                for line in self.process.stdout:
                    self.take(json.loads(line), file)
                watcher.cancel()
                self.process.wait()

    def take(self, message: dict, file) -> None:
        if message.get("CompactRevision"):
            log(f"recorder: compacted at {message['CompactRevision']} before it was read")
            self.revision = message["CompactRevision"] - 1
        for event in message.get("Events") or []:
            kv = event["kv"]
            if kv["mod_revision"] <= self.revision and event.get("seen"):
                continue
            file.write(json.dumps({
                "at": time.time(), "revision": kv["mod_revision"], "key": base64.b64decode(kv["key"]).decode(),
                "type": "delete" if event.get("type") else "put", "created": kv.get("create_revision", 0),
                "lease": kv.get("lease", 0),
                "value": base64.b64decode(kv.get("value", "")).decode(errors="replace"),
            }) + "\n")
        file.flush()
        revisions = [event["kv"]["mod_revision"] for event in message.get("Events") or []]
        self.revision = max([self.revision, *revisions])

    def stop(self) -> None:
        self.ending = True
        if self.process:
            self.process.kill()
        self.join(5)
