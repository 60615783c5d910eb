"""Functions that a test makes by the API, from a zip file."""

from __future__ import annotations

import io
import json
import zipfile

from lab_clients import client

ROLE = "arn:aws:iam::123456789012:role/functions"


def archive(files):
    """A zip file of texts by their paths."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        for path, text in files.items():
            made.writestr(path, text)
    return content.getvalue()


def role():
    """The role of the tests' functions, made once per lab."""
    iam = client("iam")
    if "functions" not in {found["RoleName"] for found in iam.list_roles()["Roles"]}:
        iam.create_role(RoleName="functions", AssumeRolePolicyDocument="{}")
    return ROLE


def create(code, *, name="f", handler="app.handler", runtime="python3.13", **settings):
    """Make a function of this source, or of the files of a dict. Returns its ARN."""
    files = {"app.py": code} if isinstance(code, str) else code
    made = client("lambda").create_function(
        FunctionName=name,
        Role=role(),
        Handler=handler,
        Runtime=runtime,
        Code={"ZipFile": archive(files)},
        **settings,
    )
    return made["FunctionArn"]


def answer(event=None, name="f", **options):
    """What the function returns, or what it says of an error."""
    payload = json.dumps({} if event is None else event)
    reply = client("lambda").invoke(FunctionName=name, Payload=payload, **options)
    return json.loads(reply["Payload"].read())
