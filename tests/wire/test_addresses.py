"""Where the reader's settings lead, as boto3 itself reads them."""

from __future__ import annotations

import socket

import pytest

from helpers.lab.place import place
from helpers.lab.settings import asked
from helpers.wire.addresses import EndpointRefused, checked, configured, is_loopback, mentioned


def led_to(**given):
    """Where a lab with these settings goes."""
    return place(asked(**given))


HERE, THERE = "http://127.0.0.1:4566", "http://localhost:9324"
AWS = "https://sqs.eu-west-1.amazonaws.com"
PROFILE = """\
[default]
region = us-west-2
{default}
[profile class]
endpoint_url = http://127.0.0.1:4566
[profile queues]
services = mine
[profile broken]
services = nobodys
endpoint_url = http://127.0.0.1:4566
[services mine]
sqs =
  endpoint_url = http://localhost:9324
"""


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch, tmp_path):
    """No settings but those of a test; `write` gives the settings file a default profile."""
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ENDPOINT_URL", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "config"
    file.write_text("", encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    return lambda default="": file.write_text(PROFILE.format(default=default), encoding="utf-8")


SETTINGS = {
    "for all services": ({"AWS_ENDPOINT_URL": HERE}, HERE, HERE),
    "for SQS": ({"AWS_ENDPOINT_URL_SQS": THERE}, THERE, None),
    "for both": ({"AWS_ENDPOINT_URL": HERE, "AWS_ENDPOINT_URL_SQS": THERE}, THERE, HERE),
    "in a profile": ({"AWS_PROFILE": "class"}, HERE, HERE),
    "of a service in a profile": ({"AWS_PROFILE": "queues"}, THERE, None),
    "in a profile, and another": (
        {"AWS_PROFILE": "class", "AWS_ENDPOINT_URL": THERE}, THERE, THERE,
    ),
    "ignored": (
        {"AWS_ENDPOINT_URL": HERE, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, None, None,
    ),
    "not ignored": (
        {"AWS_ENDPOINT_URL": HERE, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false"}, HERE, HERE,
    ),
    "empty": ({"AWS_ENDPOINT_URL": ""}, None, None),
}  # fmt: skip


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_lead_where_boto3_would_go(name, monkeypatch, nothing_set):
    variables, sqs, sns = SETTINGS[name]
    nothing_set()
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    found = configured("eu-west-1")
    assert found.get("AWS_ENDPOINT_URL_SQS") == sqs
    assert found.get("AWS_ENDPOINT_URL_SNS") == sns
    where = led_to(account=None, regions=(), endpoint=None)
    if sqs is None:
        assert where is None
    else:
        assert where.settings["AWS_ENDPOINT_URL_SQS"] == sqs
        assert where.account is None


def test_where_nothing_is_set_nothing_is_looked_up(monkeypatch):
    monkeypatch.setattr("helpers.wire.addresses.botocore.session.Session", pytest.fail)
    assert not mentioned()
    assert configured("eu-west-1") == {}


def test_the_readers_keys_stay_out_of_an_emulator(monkeypatch, nothing_set):
    nothing_set("aws_access_key_id = AKIAPROFILE\naws_secret_access_key = s")
    monkeypatch.setenv("AWS_ENDPOINT_URL", HERE)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREADER")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
    where = led_to(account=None, regions=(), endpoint=None)
    assert "AKIA" not in str(dict(where.settings))
    assert "AWS_SESSION_TOKEN" not in where.settings
    assert where.allowed.key == where.settings["AWS_ACCESS_KEY_ID"]
    assert where.allowed.regions == ()


@pytest.mark.parametrize("url", ["http://10.1.2.3:4566", "https://emulator.example:4566"])
def test_another_machine_has_to_be_named(url, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    with pytest.raises(EndpointRefused, match=f"{url}, which is not on this machine"):
        led_to(account=None, regions=(), endpoint=None)
    assert led_to(account=None, regions=(), endpoint=url).name == url


@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SQS"])
def test_an_address_of_aws_is_refused_though_it_is_set(variable, monkeypatch):
    monkeypatch.setenv(variable, "https://vpce-1.sqs.eu-west-1.vpce.amazonaws.com")
    with pytest.raises(EndpointRefused, match="vpce-1"):
        led_to(account=None, regions=(), endpoint=None)
    with pytest.raises(EndpointRefused, match="name the account"):
        led_to(account=None, regions=(), endpoint=AWS)


@pytest.mark.parametrize("url", ["127.0.0.1:4566", "ftp://127.0.0.1", "http://", "", 4566,
                                 "http://127.0.0.1:0", "http://127.0.0.1:99999"])  # fmt: skip
def test_what_is_no_address_is_told(url):
    with pytest.raises(ValueError, match="an endpoint is an address"):
        checked(url)
    with pytest.raises(ValueError, match="an endpoint is an address"):
        led_to(account=None, regions=(), endpoint=url)


def test_settings_that_cannot_be_read_are_told(monkeypatch, nothing_set):
    nothing_set()
    for profile in ("broken", "nobodys"):
        monkeypatch.setenv("AWS_PROFILE", profile)
        with pytest.raises(EndpointRefused, match="nobodys"):
            led_to(account=None, regions=(), endpoint=None)


LOOPBACK = {
    HERE: True, "http://127.8.9.10": True, "http://[::1]:4566": True, THERE: True,
    "http://10.0.0.1": False, "http://0.0.0.0:4566": False, "http://[::ffff:10.0.0.1]": False,
    "http://nowhere.invalid": False, AWS: False, "http://169.254.169.254": False,
}  # fmt: skip


@pytest.mark.parametrize("url", LOOPBACK)
def test_this_machine_is_known(url):
    assert is_loopback(url) is LOOPBACK[url]


def test_a_name_is_this_machines_only_if_each_address_is(monkeypatch):
    here, there = (2, 1, 6, "", ("127.0.0.1", 80)), (2, 1, 6, "", ("10.0.0.1", 80))
    for found, loopback in (([here], True), ([here, there], False), ([], False)):
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, found=found: found)
        assert is_loopback("http://emulator.example:4566") is loopback
        assert not is_loopback("https://sqs.eu-west-1.amazonaws.com")  # whatever it resolves to


BAD_ACCOUNTS = ["12345678901", "1234567890123", 123456789012, "12345678901x", ""]


@pytest.mark.parametrize("account", BAD_ACCOUNTS)
def test_an_account_has_twelve_digits(account):
    with pytest.raises(ValueError, match="twelve digits"):
        led_to(account=account, regions=("eu-west-1",), endpoint=None)


@pytest.mark.parametrize("regions", [(), "eu-west-1", ("eu-west-0",), ("eu-west-1", "Frankfurt")])
def test_an_account_needs_regions(regions):
    with pytest.raises(ValueError, match="region"):
        led_to(account="123456789012", regions=regions, endpoint=None)


def test_regions_need_an_account():
    with pytest.raises(ValueError, match="belong to an account"):
        led_to(account=None, regions=("eu-west-1",), endpoint=None)
