"""What may leave, and what may not: judged by the request itself."""

from __future__ import annotations

import pytest
from botocore.awsrequest import AWSRequest
from hypothesis import given
from hypothesis import strategies as st

from helpers.wire import RealNetworkRefused
from helpers.wire.way_out import Allowed, WayOut, origin

HERE = Allowed("lab", frozenset({"http://127.0.0.1:4566"}))
ACCOUNT = Allowed("AKIAMINE", regions=("eu-west-1", "us-gov-west-1"))
MINE = "AWS4-HMAC-SHA256 Credential=AKIAMINE/20261129/eu-west-1/sqs/aws4_request, Signature=1"
LABS = MINE.replace("AKIAMINE", "lab")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:4566/", "http://127.0.0.1:4566/000000000000/orders?x=1"]
)
def test_an_emulator_is_reached_with_the_labs_key(url):
    HERE.check(url, LABS)
    HERE.check(url, "")  # a request that needs no signature


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1:4567/", "no other address"),
        ("https://127.0.0.1:4566/", "no other address"),
        ("http://localhost:4566/", "no other address"),
        ("http://127.0.0.1.nip.io:4566/", "no other address"),
        ("http://user@evil.example:4566/", "no other address"),
        ("http://127.0.0.1:4566@evil.example/", "no other address"),
        ("https://sqs.eu-west-1.amazonaws.com/", "no account is named"),
        ("http://SQS.EU-WEST-1.AMAZONAWS.COM./", "no account is named"),
        ("http://169.254.169.254/latest/meta-data", "no account is named"),
    ],
)
def test_no_other_address_is(url, why):
    with pytest.raises(RealNetworkRefused, match=why):
        HERE.check(url, LABS)


@pytest.mark.parametrize("allowed", [HERE, ACCOUNT])
def test_nobody_elses_key_is_used(allowed):
    url = "http://127.0.0.1:4566/" if allowed is HERE else "https://sqs.eu-west-1.amazonaws.com/"
    for key in ("AKIAPROD", "ASIAPROD", "lab2", "AKIAMINE2"):
        with pytest.raises(RealNetworkRefused, match=key):
            allowed.check(url, f"AWS4-HMAC-SHA256 Credential={key}/20261129/x, Signature=1")


@pytest.mark.parametrize(
    "host",
    [
        "sqs.eu-west-1.amazonaws.com", "eu-west-1.queue.amazonaws.com", "sqs.eu-west-1.api.aws",
        "mybucket.s3.eu-west-1.amazonaws.com", "123456789012.ddb.eu-west-1.amazonaws.com",
        "sqs.us-gov-west-1.amazonaws.com", "iam.amazonaws.com", "sqs-fips.eu-west-1.amazonaws.com",
    ],
)  # fmt: skip
def test_an_account_is_reached_in_its_regions(host):
    ACCOUNT.check(f"https://{host}/", MINE)


@pytest.mark.parametrize(
    "url",
    [
        "https://sqs.us-east-1.amazonaws.com/", "https://sqs.eu-west-2.amazonaws.com/",
        "https://eu-west-1.s3.us-east-1.amazonaws.com/",  # a bucket may be called like a region
        "http://sqs.eu-west-1.amazonaws.com/", "https://sqs.amazonaws.com/",
        "https://s3.amazonaws.com/", "https://example.com/", "http://127.0.0.1:4566/",
        "https://sqs.eu-west-1.amazonaws.com.evil.example/",
        "https://eu-west-1.evil.example/", "http://169.254.170.2/creds",
    ],
)  # fmt: skip
def test_and_nowhere_else(url):
    with pytest.raises(RealNetworkRefused):
        ACCOUNT.check(url, MINE)


READ_IN_TWO_WAYS = [
    r"http://sqs.eu-west-1.amazonaws.com\@127.0.0.1:4566/",
    r"https://evil.example\@sqs.eu-west-1.amazonaws.com/",
    r"https://sqs.us-east-1.amazonaws.com\@sqs.eu-west-1.amazonaws.com/",
    "http://127.0.0.1:4566\t/", "http://127.0.0.1 :4566/", "http://127.0.0.1:4566\n@evil.example/",
]  # fmt: skip


@pytest.mark.parametrize("url", READ_IN_TWO_WAYS)
@pytest.mark.parametrize("allowed", [HERE, ACCOUNT])
def test_an_address_that_can_be_read_in_two_ways_is_refused(url, allowed):
    with pytest.raises(RealNetworkRefused, match=r"backslash|can be read as"):
        allowed.check(url, MINE if allowed is ACCOUNT else LABS)


@pytest.mark.parametrize(
    ("query", "authorization"),
    [
        ("", "AWS AKIAREADER:signature="),
        ("?AWSAccessKeyId=AKIAREADER&Signature=x", ""),
        ("?X-Amz-Credential=AKIAREADER%2F20261129%2Feu-west-1%2Fs3%2Faws4_request", ""),
        ("?X-Amz-Credential=AKIAREADER/20261129/eu-west-1/s3/aws4_request", LABS),
    ],
)
def test_a_key_is_seen_in_whatever_form_it_signs(query, authorization):
    with pytest.raises(RealNetworkRefused, match="AKIAREADER"):
        HERE.check(f"http://127.0.0.1:4566/bucket/key{query}", authorization)


def test_a_signature_that_cannot_be_read_is_refused():
    with pytest.raises(RealNetworkRefused, match="no signature that the lab can read"):
        HERE.check("http://127.0.0.1:4566/", "Bearer abc")


def test_an_account_gets_no_request_without_a_signature():
    with pytest.raises(RealNetworkRefused, match="no signature that the lab can read"):
        ACCOUNT.check("https://sqs.eu-west-1.amazonaws.com/", "")


LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)


@given(st.lists(LABEL, min_size=1, max_size=4), st.sampled_from(["http", "https"]),
       st.one_of(st.none(), st.integers(1, 65535)))  # fmt: skip
def test_whatever_the_address_only_what_was_named_passes(labels, scheme, port):
    url = f"{scheme}://{'.'.join(labels)}" + (f":{port}" if port else "") + "/"
    for allowed in (HERE, ACCOUNT):
        with pytest.raises(RealNetworkRefused):
            allowed.check(url, MINE if allowed is ACCOUNT else LABS)


def test_an_origin_has_its_port():
    assert origin("http://localhost/x") == "http://localhost:80"
    assert origin("https://LOCALHOST:4566") == "https://localhost:4566"
    assert origin("http://[::1]:4566/x") == "http://[::1]:4566"


def test_what_is_refused_is_not_sent(monkeypatch):
    monkeypatch.setattr(
        "helpers.wire.way_out.URLLib3Session.send", lambda *_: pytest.fail("it was sent")
    )
    request = AWSRequest("POST", "https://sqs.eu-west-1.amazonaws.com/", {"Authorization": LABS})
    with pytest.raises(RealNetworkRefused):
        WayOut(HERE)(request.prepare(), 1, 1)
