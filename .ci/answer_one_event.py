"""Starts every function in the image, against a Runtime API served here, and has each answer one event.

The database, S3 and SQS are those of `./sluice up` in a folder of its own; each function in the image gets the
very environment and command that this stack gave the function on the machine.
"""

import contextlib
import json
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WORK, IMAGE = pathlib.Path(sys.argv[1]), sys.argv[2]
ROOT = pathlib.Path(__file__).resolve().parent.parent
PODMAN = ["podman", "--root", f"{WORK}/store", "--runroot", f"{WORK}/run", "--storage-driver", "overlay",
          "--runtime", "runc", "--cgroup-manager", "cgroupfs"]
OF_THE_MACHINE = {"PATH", "HOME", "PWD", "OLDPWD", "SHLVL", "_", "LANG", "LD_LIBRARY_PATH", "TMPDIR", "USER", "TZ",
                  "JAVA_HOME", "LOGNAME", "TERM", "SHELL", "HOSTNAME"}
OPTIONS_OF_THE_MACHINE = ("-Dcom.amazonaws.services.lambda.runtime.api.client.runtimeapi.NativeClient.JNI",
                          "-Djava.io.tmpdir=", "-XX:MaxRAM=")
LIMIT_SECONDS = 60


class RuntimeApi(ThreadingHTTPServer):
    """Lambda's Runtime API for one execution environment and one event; also takes what the event asks to be PUT."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), RuntimeApiHandler)
        self.event, self.deadline_ms, self.arn = b"{}", 0, ""
        self.asked, self.answered = threading.Event(), threading.Event()
        self.asked_at = self.answered_at = 0.0
        self.outcome, self.body, self.put = "", b"", b""
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        """A process that is done hangs up; that is no error."""

    @property
    def address(self):
        return f"127.0.0.1:{self.server_port}"


class RuntimeApiHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        api = self.server
        if api.asked.is_set():
            time.sleep(LIMIT_SECONDS * 2)  # there is no second event
            return
        api.asked_at = time.monotonic()
        api.asked.set()
        self.send_response(200)
        self.send_header("Lambda-Runtime-Aws-Request-Id", "8f6a0d1e-1111-4222-8333-944455566677")
        self.send_header("Lambda-Runtime-Deadline-Ms", str(api.deadline_ms))
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", api.arn)
        # The native client of the interface reads these two unasked, and dies without them.
        self.send_header("Lambda-Runtime-Trace-Id", "Root=1-5e1b4151-5ac6c58f3f6f9d6b1e1e1e1e;Sampled=0")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(api.event)))
        self.end_headers()
        self.wfile.write(api.event)

    def do_POST(self):
        api = self.server
        api.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        api.outcome = self.path.rsplit("/", 1)[1]
        api.answered_at = time.monotonic()
        self.reply(202, b'{"status":"OK"}\n')
        api.answered.set()

    def do_PUT(self):
        self.server.put = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.reply(200, b"")

    def reply(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def stack(data):
    """`./sluice up`, its endpoints, and its end."""
    with open(data / "up.log", "w+b") as log:
        up = subprocess.Popen([ROOT / "sluice", "up", "--data", data / "data"], stdout=log, stderr=log, cwd=ROOT,
                              start_new_session=True)
        try:
            deadline = time.monotonic() + 900  # the first time Maven builds
            while "\nready" not in (data / "up.log").read_text(errors="replace"):
                if up.poll() is not None or time.monotonic() > deadline:
                    sys.exit("the stack does not start:\n" + (data / "up.log").read_text(errors="replace")[-3000:])
                time.sleep(0.2)
            yield json.loads((data / "data/endpoints.json").read_text())
        finally:
            up.terminate()
            try:
                up.wait(60)
            except subprocess.TimeoutExpired:
                pass
            with contextlib.suppress(ProcessLookupError):  # a build that was under way, or what does not end
                os.killpg(up.pid, signal.SIGKILL)


def http(method, url, body=None, headers=None):
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    with urllib.request.urlopen(request, timeout=LIMIT_SECONDS) as answer:
        return answer.read()


def a_finished_job(endpoints, data):
    name = "put-by-the-image-check.csv"
    shutil.copy(ROOT / "cli/src/main/resources/samples/countries.csv", data / name)
    subprocess.run([ROOT / "sluice", "put", data / name, "--dataset", "countries", "--wait", "--data", data / "data"],
                   check=True, capture_output=True, timeout=120, cwd=ROOT)
    jobs = json.loads(http("GET", endpoints["api"] + "/v1/jobs?limit=1",
                           headers={"Authorization": "Bearer " + endpoints["token"]}))
    return jobs["jobs"][0]


def events(endpoints, job):
    """The samples of events/, about a job that is really there."""
    def sample(name):
        return json.loads((ROOT / "events" / name).read_text())

    drop = sample("s3-object-created.json")
    s3 = drop["Records"][0]["s3"]
    s3["bucket"].update(name=endpoints["inbox"], arn="arn:aws:s3:::" + endpoints["inbox"])
    s3["object"].update(key=urllib.parse.quote_plus(job["object"]["key"], safe="/"), size=job["object"]["bytes"],
                        eTag=job["object"]["etag"], versionId=job["object"]["versionId"])
    chunk = sample("sqs-chunk.json")
    chunk["Records"][0]["body"] = json.dumps({"job": job["id"], "chunk": 0})
    lost = sample("sqs-intake-failed.json")
    record = json.loads(lost["Records"][0]["body"])
    lost["Records"][0]["body"] = json.dumps({**record, "requestPayload": drop})
    get = json.loads(json.dumps(sample("api-get-job.json")).replace("0199f3a2-5c1d-7e0b-9a64-2f8b1c7d3e55", job["id"]))
    get["requestContext"]["authorizer"].update(principalId=job["tenant"], tenant=job["tenant"])
    upload = sample("api-post-upload.json")
    upload["requestContext"]["authorizer"].update(principalId=job["tenant"], tenant=job["tenant"])
    token = sample("authorizer-token.json")
    token["authorizationToken"] = "Bearer " + endpoints["token"]
    return {"Intake": drop, "Load": chunk, "Sweep": sample("schedule.json"), "Failure": lost, "Status": get,
            "Uploads": upload, "Authorizer": token, "Migrate": sample("custom-resource-create.json"),
            "Assets": sample("assets-changed.json")}


def as_it_should(function, answer, job, put):
    """What a right answer to the sample looks like."""
    if function in ("Load", "Failure"):
        return answer == {"batchItemFailures": []}
    if function == "Status":
        return answer["statusCode"] == 200 and json.loads(answer["body"])["id"] == job["id"]
    if function == "Uploads":
        return answer["statusCode"] == 201 and json.loads(answer["body"])["state"] == "AWAITING_UPLOAD"
    if function == "Authorizer":
        return answer["policyDocument"]["Statement"][0]["Effect"] == "Allow"
    if function == "Migrate":
        return json.loads(put)["Status"] == "SUCCESS"
    if function == "Assets":
        return answer["switched"] is False and answer["refused"] == []  # the bucket is empty
    return answer is None  # Intake and Sweep are asked by nobody who waits


def environment_of(name, endpoints):
    """The environment and the handler of this stack's process of a function."""
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            pairs = (process / "environ").read_bytes().decode().split("\0")
            arguments = (process / "cmdline").read_bytes().decode().strip("\0").split("\0")
        except (OSError, UnicodeDecodeError):
            continue
        environment = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
        of_this_stack = environment.get("AWS_ENDPOINT_URL_S3", "").rstrip("/") == endpoints["s3"].rstrip("/")
        if of_this_stack and environment.get("AWS_LAMBDA_FUNCTION_NAME") == name and "java" in arguments[0]:
            return {k: v for k, v in environment.items() if k not in OF_THE_MACHINE}, arguments[-1]
    raise LookupError(f"no process of {name} runs")


def of_the_template(options):
    """A JVM's options without those that `./sluice up` adds for its own machine."""
    return [option for option in shlex.split(options) if not option.startswith(OPTIONS_OF_THE_MACHINE)]


def peak_memory(container):
    pid = subprocess.run([*PODMAN, "inspect", "--format", "{{.State.Pid}}", container], capture_output=True, text=True,
                         check=True).stdout.strip()
    for line in pathlib.Path(f"/proc/{pid}/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        for peak in (f"/sys/fs/cgroup/memory{path}/memory.max_usage_in_bytes", f"/sys/fs/cgroup{path}/memory.peak"):
            if controllers in ("memory", "") and os.path.exists(peak):
                return int(pathlib.Path(peak).read_text()) >> 20
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) >> 10


def run_in_image(function, name, event, endpoints, job, data):
    http("POST", f"{endpoints['lambda']}/2015-03-31/functions/{name}/invocations", json.dumps(event).encode())
    environment, handler = environment_of(name, endpoints)
    api = RuntimeApi()
    if "ResponseURL" in event:
        event = {**event, "ResponseURL": f"http://{api.address}/answer"}
    api.event, api.arn = json.dumps(event).encode(), f"arn:aws:lambda:{endpoints['region']}:000000000000:function:{name}"
    api.deadline_ms = int((time.time() + LIMIT_SECONDS) * 1000)
    environment.update(AWS_LAMBDA_RUNTIME_API=api.address)
    if "ASSETS_DIR" in environment:
        environment.update(ASSETS_DIR="/mnt/assets")
    # Without AOTMode a JVM whose AOT cache does not fit, or is refused for the template's options, starts all
    # the same, only slower.
    options = [*of_the_template(environment.get("JAVA_TOOL_OPTIONS", "")), "-XX:AOTMode=on"]
    environment.update(JAVA_TOOL_OPTIONS=" ".join(options))
    memory = environment.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
    container = f"sluice-check-{os.getpid()}-{function.lower()}"
    command = [*PODMAN, "run", "--rm", "--name", container, "--network=host", "--read-only", "--tmpfs", "/tmp",
               "--user", "1234:1234", "--memory", f"{memory}m", "--ulimit", "nofile=1024:1024",
               "--ulimit", "nproc=1024:1024", "--volume", f"{ROOT}/assets:/mnt/assets:ro",
               "--volume", f"{data}:{data}:ro"]
    for key, value in environment.items():
        command += ["--env", f"{key}={value}"]
    began = time.monotonic()
    with open(data / f"{container}.log", "w+b") as log:
        process = subprocess.Popen([*command, IMAGE, handler], stdout=log, stderr=log)
        try:
            while not api.answered.wait(0.05):
                if process.poll() is not None or time.monotonic() - began > LIMIT_SECONDS:
                    break
            memory_used = peak_memory(container) if process.poll() is None else 0
        finally:
            subprocess.run([*PODMAN, "kill", container], capture_output=True)
            process.wait(30)
            api.shutdown()
        log.seek(0)
        output = log.read().decode(errors="replace")
    good = False
    if api.outcome == "response":
        try:
            good = as_it_should(function, json.loads(api.body or b"null"), job, api.put)
        except (ValueError, KeyError, TypeError):
            pass
    figures = (f"start {1000 * (api.asked_at - began):.0f} ms, answer {1000 * (api.answered_at - api.asked_at):.0f} ms, "
               f"memory {memory_used} of {memory} MB") if api.answered.is_set() else "no answer"
    print(f"{function:<11} {'ok' if good else 'FAILED'}: {figures}, {' '.join(options)}", flush=True)
    if not good:
        print(f"  {api.outcome}: {api.body.decode(errors='replace')[:2000]}\n  {output[-3000:]}", flush=True)
    return good


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended from outside"))  # so that what was started ends too
    for old in WORK.glob("check-*"):  # what a failed run left to be looked at
        shutil.rmtree(old, ignore_errors=True)
    # Not in /tmp: the containers have one of their own.
    data = pathlib.Path(tempfile.mkdtemp(prefix="check-", dir=WORK))
    data.chmod(0o755)
    with stack(data) as endpoints:
        job = a_finished_job(endpoints, data)
        asked = events(endpoints, job)
        results = [run_in_image(function, endpoints["functions"][function], event, endpoints, job, data)
                   for function, event in asked.items()]
    missing = set(endpoints["functions"]) - set(asked)
    if missing:
        print(f"FAILED: no event for {', '.join(sorted(missing))}")
    if not all(results) or missing:
        sys.exit(1)
    shutil.rmtree(data, ignore_errors=True)


main()
