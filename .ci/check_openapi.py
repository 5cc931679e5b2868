"""What no validator of OpenAPI knows: what API Gateway needs, that examples fit, that codes are those of the enums."""

import pathlib
import re
import sys

import yaml
from openapi_schema_validator import OAS30Validator

ROOT = pathlib.Path(__file__).resolve().parent.parent
OPEN_TO_ALL = {("/v1/ping", "get")}
ENUMS = {
    "JobState": "db/src/main/java/dev/sluice/job/JobState.java",
    "JobErrorCode": "db/src/main/java/dev/sluice/job/ErrorCode.java",
    "RejectCode": "db/src/main/java/dev/sluice/job/RejectCode.java",
}
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}


def operations(api):
    for path, item in api["paths"].items():
        for method in METHODS & item.keys():
            yield path, method, item[method]


def complaints(api, text):
    if re.search(r"(?m)^[^#\n]*:\s+[&*][A-Za-z]", text):
        yield "AWS::Include takes no YAML anchors or aliases"
    if re.search(r"(?m)^[^#\n'\"]*\s!\w+", text):
        yield "AWS::Include takes no short forms such as !Sub"
    for path, method, operation in operations(api):
        where = f"{method.upper()} {path}"
        if "x-amazon-apigateway-integration" not in operation:
            yield f"{where} has no integration"
        # API Gateway does not look at a security requirement for the whole document.
        scheme = "sigv4" if path.startswith("/ops/") else "jwt"
        secured = operation.get("security") == [{scheme: []}]
        if secured == (method == "options" or (path, method) in OPEN_TO_ALL):
            yield f"{where} is {'closed' if secured else 'open'}"
    for path, item in api["paths"].items():
        # No page of a browser signs with a key of AWS.
        if "options" not in item and not path.startswith("/ops/"):
            yield f"{path} has no preflight"
    for where, schema, example in examples(api):
        for error in OAS30Validator({**schema, "components": api["components"]}).iter_errors(example):
            yield f"the example of {where} is not what the schema says: {error.message}"
    for name, file in ENUMS.items():
        differs = set(api["components"]["schemas"][name]["enum"]) ^ set(constants(ROOT / file))
        if differs:
            yield f"{name} differs from {file}: {', '.join(sorted(differs))}"


def examples(api):
    for path, method, operation in operations(api):
        for media in operation.get("requestBody", {}).get("content", {}).values():
            yield f"{method.upper()} {path} body", media["schema"], media["example"]
        for status, answer in operation["responses"].items():
            for media in answer.get("content", {}).values():
                yield f"{method.upper()} {path} {status}", media["schema"], media["example"]


def constants(file):
    return re.findall(r"(?m)^    ([A-Z][A-Z0-9_]+)(?=[,;(\n])", file.read_text())


def main():
    text = (ROOT / "openapi.yaml").read_text()
    found = list(complaints(yaml.safe_load(text), text))
    print("\n".join(f"openapi.yaml: {complaint}" for complaint in found) or "openapi.yaml: our own rules hold")
    sys.exit(1 if found else 0)


main()
