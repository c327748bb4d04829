"""The controller that the browser looks at: `DashboardStage` of the Swift tests, told what to do by files."""

import os
import socket
import subprocess
import tempfile
import time

TOKEN = "a-token-for-the-browser-tests"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Stage:
    def __init__(self, repository):
        self.folder = tempfile.TemporaryDirectory(prefix="cms-stage-")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        descriptor = os.open(self.path("token"), os.O_WRONLY | os.O_CREAT, 0o600)
        with open(descriptor, "w") as file:
            file.write(TOKEN + "\n")
        self.log = open(self.path("log"), "w+")
        self.process = subprocess.Popen(
            ["swift", "test", "--skip-build", "--filter", "DashboardStage"],
            cwd=repository, stdout=self.log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            env={**os.environ, "CMS_STAGE": self.folder.name, "CMS_STAGE_PORT": str(self.port)},
        )

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def tell(self, name, text=""):
        with open(self.path(name + ".new"), "w") as file:
            file.write(text)
        os.rename(self.path(name + ".new"), self.path(name))

    def await_ready(self, limit=60):
        end = time.monotonic() + limit
        while not os.path.exists(self.path("ready")):
            if self.process.poll() is not None or time.monotonic() > end:
                self.log.seek(0)
                raise AssertionError("the controller of the stage did not come up:\n" + self.log.read()[-4000:])
            time.sleep(0.1)

    def restart(self):
        """Stops the controller, starts it again, and returns when it is up."""
        os.remove(self.path("ready"))
        self.tell("restart")
        self.await_ready()

    def close(self):
        self.tell("end")
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.log.close()
        self.folder.cleanup()
