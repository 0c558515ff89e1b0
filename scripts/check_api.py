"""Starts Limn on an empty folder, connects and profiles small tables, makes a token, and runs schemathesis against the API.

    check_api.py BINARY SCHEMATHESIS SECONDS

Ends with schemathesis' own exit code: 0 when no check found anything.
"""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

# What never counts as a failure of the check itself, and why.
CONFIGURATION = """
[checks]
# A body beyond the limit is refused for its size before anybody reads it.
negative_data_rejection.expected-statuses = ["400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "5xx"]
# A refusal that only the data can explain: a group without a table, a run that ended, a table of another group.
positive_data_acceptance.expected-statuses = ["2xx", "401", "403", "404", "409", "422", "503"]
"""


SEED = os.environ.get("LIMN_CHECK_SEED", "20261121")

# What is there in the tables that this script writes.
KNOWN = """
[parameters]
table_group_id = "shop-all"
profile_run_id = "{run}"
project_key = "default"
connection_id = "shop"
data_definition_table_id = "{table}"
table_id = "{table}"
column_name = "amount"
dataset_id = "sales"
tableName = "orders"
columnName = "amount"
tableGroupId = "shop-all"
"""


class Browser:
    """Forms and pages as somebody at a browser sends them."""

    def __init__(self, port):
        self.port = port
        self.cookies = {}

    def send(self, method, path, form=None, headers=None, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        body = urllib.parse.urlencode(form) if form is not None else body
        sent = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin", "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if form is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, {**sent, **(headers or {})})
        answer = connection.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, kept = value.split(";")[0].partition("=")
                self.cookies[key] = kept
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def flash(self):
        return urllib.parse.unquote(self.cookies.get("limn_flash", ""))


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def start(binary, folder, port):
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": folder, "LIMN_LISTEN": f"127.0.0.1:{port}",
                   "LIMN_DATA_DIR": os.path.join(folder, "data"), "LIMN_ENGINE_THREADS": "1", "LIMN_API_RATE": "0", "LIMN_API_FAILURES": "0", "RUST_LOG": "error"}
    log = open(os.path.join(folder, "log"), "w+")
    server = subprocess.Popen([binary, "serve"], cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT)
    for _ in range(400):
        with open(log.name) as printed:
            link = re.search(r"/welcome/(\S+)", printed.read())
        if link:
            return server, link.group(1)
        if server.poll() is not None:
            break
        time.sleep(0.05)
    server.kill()
    with open(log.name) as printed:
        sys.exit("Limn did not become ready:\n" + printed.read())


def write_tables(folder):
    os.makedirs(folder)
    with open(os.path.join(folder, "orders.csv"), "w") as orders:
        orders.write("order_id,amount,status,placed_on,is_paid\n")
        for number in range(400):
            amount = "" if number % 9 == 0 else f"{number * 7 % 311}.{number % 100:02}"
            orders.write(f"{number},{amount},{['new', 'sent', 'Done'][number % 3]},2026-{number % 12 + 1:02}-{number % 28 + 1:02},{number % 2 == 0}\n")
    with open(os.path.join(folder, "stores.csv"), "w") as stores:
        stores.write("store,city\n1,Bern\n2,\n3,Größenwahn\n")


def prepare(browser, link, tables):
    """Comes in, connects the tables, profiles them; gives a token."""
    browser.send("POST", "/actions/accept-link", {"token": link})
    browser.send("POST", "/actions/create-token", {"name": "check", "scope": "admin", "days": "1"})
    token = re.search(r"limn_[0-9a-f]{64}", browser.flash())
    if not token:
        sys.exit(f"no token was made: {browser.flash()}")
    authorised = {"Authorization": f"Bearer {token.group(0)}", "Accept": "application/json", "Content-Type": "application/json"}
    plain = Browser(browser.port)
    new = {"name": "Shop", "location": tables, "kind": "folder", "first_run": False}
    for path, status in [("/api/connection-checks", 200), ("/api/connections", 201), ("/api/datasets", 201)]:
        sent = {"name": "Sales"} if path == "/api/datasets" else new
        answered, text = plain.send("POST", path, headers=authorised, body=json.dumps(sent))
        if answered != status or json.loads(text).get("passed") is False:
            sys.exit(f"{path}: {answered} {text}")
    for _ in range(2):
        status, text = plain.send("POST", "/api/table-groups/shop-all/profile-runs", headers=authorised)
        if status != 202:
            sys.exit(f"no run was started: {status} {text}")
        run = json.loads(text)["profile_run_id"]
        for _ in range(600):
            _, text = plain.send("GET", f"/api/profile-runs/{run}", headers=authorised)
            if json.loads(text)["run"]["status"] in ("completed", "failed"):
                break
            time.sleep(0.05)
        if json.loads(text)["run"]["status"] != "completed":
            sys.exit(f"the run did not complete: {text}")
    return token.group(0)


def known(browser, token):
    """Ids that are there."""
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    read = lambda path: json.loads(browser.send("GET", path, headers=headers)[1])
    tables = read("/api/table-groups/shop-all/tables")
    return {"run": read("/api/profile-runs?status=completed")["runs"][-1]["profile_run_id"],
            "table": next(table["table_id"] for table in tables if table["table_name"] == "orders")}


def check(binary, schemathesis, options, are_known):
    """Runs schemathesis against a server of its own, which the checks may change as they like; 0 when nothing was found."""
    with tempfile.TemporaryDirectory(prefix="limn-api-") as folder:
        port = free_port()
        server, link = start(os.path.abspath(binary), folder, port)
        try:
            tables = os.path.join(os.path.realpath(folder), "shop")
            write_tables(tables)
            token = prepare(Browser(port), link, tables)
            configuration = os.path.join(folder, "schemathesis.toml")
            with open(configuration, "w") as file:
                file.write(CONFIGURATION + (KNOWN.format(**known(Browser(port), token)) if are_known else ""))
            command = [os.path.abspath(schemathesis), "--config-file", configuration, "--no-color", "run", f"http://127.0.0.1:{port}/api/openapi.json",
                       "--header", f"Authorization: Bearer {token}", "--checks", "all", "--workers", "1",
                       "--seed", SEED, "--continue-on-failure", "--request-timeout", "20", *options]
            ended = subprocess.run(command, cwd=folder, env={**os.environ, "HOME": folder}).returncode
        finally:
            server.terminate()
            server.wait(timeout=30)
        with open(os.path.join(folder, "log")) as log:
            faults = [line for line in log if "ERROR" in line]
        if faults:
            print("The server logged faults of its own:", *faults[:20], sep="\n")
        return ended or (1 if faults else 0)


def main():
    binary, schemathesis, seconds = sys.argv[1], sys.argv[2], sys.argv[3]
    # Once with what it makes up and learns, once with names that are there, so that every read has something to answer.
    made_up = check(binary, schemathesis, ["--max-time", seconds], are_known=False)
    there = check(binary, schemathesis, ["--phases", "fuzzing", "--include-path-regex", "[{]", "--max-time", "15"], are_known=True)
    sys.exit(made_up or there)


if __name__ == "__main__":
    main()
