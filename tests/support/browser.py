"""A browser, and pages opened in it without a network: what the tests of all pages share."""

import functools
import gzip
import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from in_ci import IN_CI

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
SCREENS = [(width, scheme) for width in (1280, 390) for scheme in ("light", "dark")]
# Without the first two, each window loads two pages more, for what an address bar proposes. The
# others are those of Playwright's that matter here: its own switch counts no more beside this one.
NO_FEATURES = [
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "HttpsUpgrades",
    "MediaRouter",
    "OptimizationHints",
    "PaintHolding",
]
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    f"--disable-features={','.join(NO_FEATURES)}",
    # Scripts are run by one thread, with room for what they make: axe makes much and leaves little.
    "--js-flags=--single-threaded --min-semi-space-size=64 --max-semi-space-size=128",
]
HEAVIEST = 1_500_000  # bytes of a page with all that it loads, compressed
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Marks one element for each look: a colour and size of text on what lies behind it.
MARK_LOOKS = """() => {
    const looks = new Set();
    for (const element of document.querySelectorAll("body *")) {
        delete element.dataset.look;
        const words = [...element.childNodes].some(
            child => child.nodeType === Node.TEXT_NODE && child.textContent.trim());
        if (!words || !element.checkVisibility()) continue;
        const own = getComputedStyle(element);
        const look = [own.color, own.fontSize, own.fontWeight];
        for (let behind = element; behind; behind = behind.parentElement) {
            const style = getComputedStyle(behind);
            look.push(style.backgroundColor, style.backgroundImage, style.opacity);
        }
        const key = look.join();
        if (!looks.has(key)) element.dataset.look = "";
        looks.add(key);
    }
    return looks.size;
}"""
# Empties what has no mark and stands around none. Says how many looks there were, and there are.
LEAVE_THE_MARKED = """() => {
    const looks = (MARK)(), kept = new Set();
    for (let each of document.querySelectorAll("[data-look]"))
        for (; each && !kept.has(each); each = each.parentElement) kept.add(each);
    for (const each of document.querySelectorAll("body *:not(style)"))
        if (!kept.has(each)) each.replaceChildren();
    return [looks, (MARK)()];
}""".replace("MARK", MARK_LOOKS)
# What is wider than the screen is cut off by the theme, or scrolls the article as a whole.
FAULTS = """() => {
    const all = selector => [...document.querySelectorAll(selector)], ids = new Set();
    return {
        wide: all("html, body, .page, .main, .content")
            .filter(e => e.scrollWidth > e.clientWidth).map(e => e.tagName),
        mute: all("img").filter(i => !i.alt || !i.naturalWidth).map(i => i.outerHTML.slice(0, 200)),
        twice: all("[id]").map(e => e.id).filter(id => ids.has(id) || !ids.add(id)),
    };
}"""

needs_browser = pytest.mark.skipif(
    BROWSER is None and not IN_CI, reason="there is no Chromium on PATH"
)


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import sync_playwright

    assert BROWSER, "CI needs a browser: install Debian's package chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def ready():
    """Pages that nobody uses, by their options: to open another takes Chromium a second."""
    return {}


@pytest.fixture
def visit(chromium, ready):
    """Open a page offline. The page has what it asked for and what it complained of.

    Its storage is empty. One that is changed for good has to be asked for `alone`.
    """
    used = []

    def open_page(
        path, *, width=1280, height=900, scheme="light", query="", alone=False,
        reduced_motion="no-preference", **options,
    ):  # fmt: skip
        kind = None if alone else tuple(sorted(options.items()))
        page = ready.pop(kind, None) or new_page(chromium, options)
        used.append((kind, page))
        page.asked, page.complaints = [], []
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme, reduced_motion=reduced_motion, media="null")
        page.goto(path.as_uri() + query, wait_until="load")
        return page

    yield open_page
    for kind, page in used:
        if kind is None or kind in ready:
            page.context.close()
        else:
            leave(page)
            ready[kind] = page


def new_page(chromium, options):
    """A page in a context of its own, which lists what it asks for and what it complains of."""
    page = chromium.new_context(offline=True, **options).new_page()
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on(
        "console",
        lambda said: said.type in ("error", "warning") and page.complaints.append(said.text),
    )
    return page


def leave(page):
    """Leave nothing in a page that the next to use it would find."""
    for other in page.context.pages:
        if other is not page:
            other.close()
    page.evaluate("localStorage.clear(); sessionStorage.clear()")
    page.goto("about:blank")
    page.mouse.move(0, 0)


def assert_readable(page):
    """Hold what is true of every page."""
    outside = [url for url in page.asked if not url.startswith(("file:", "data:"))]
    assert outside == []
    assert page.complaints == []
    assert page.evaluate(FAULTS) == {"wide": [], "mute": [], "twice": []}
    files = {unquote(urlsplit(url).path) for url in page.asked if url.startswith("file:")}
    weight = sum(compressed(file) for file in files)
    assert weight <= HEAVIEST, f"{weight} bytes"


@functools.cache
def compressed(file):
    """Bytes of a file as a server sends it."""
    return len(gzip.compress(Path(file).read_bytes(), 9))


def on_these(page, screens):
    """Give the page one screen after another, as a reader who turns a phone or dims the light."""
    for width, scheme in screens:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        yield width, scheme


def assert_accessible(page):
    """Hold that axe-core finds nothing serious, by the rules of WCAG 2.2 up to level AA."""
    assert page.evaluate("document.body.innerText.length") > 100
    assert_no_violation(page, runOnly={"type": "tag", "values": RULES})


def assert_accessible_but_for_contrast(page):
    """Hold the same, but for the contrast of every word, which takes axe most of its time."""
    without = {"color-contrast": {"enabled": False}}
    assert_no_violation(page, runOnly={"type": "tag", "values": RULES}, rules=without)


def assert_accessible_in_each_look(page):
    """Hold the same, with the contrast of one word of each look.

    axe reads the whole page for each of its runs, so this is one run and not two.
    """
    assert page.evaluate(MARK_LOOKS) > 10
    all_rules = {"type": "tag", "values": RULES}
    assert_no_violation(page, contrast_of="[data-look]", runOnly=all_rules)


def assert_contrast_of_each_look(page):
    """Hold that text has enough contrast: one word of each colour and size on each ground.

    axe reads the whole page, so nothing is left of it but these words.
    """
    looks, left = page.evaluate(LEAVE_THE_MARKED)
    assert left == looks > 10
    assert_no_violation(page, within="[data-look]", runOnly=["color-contrast"])


def assert_no_violation(page, *, within=None, contrast_of="*", **options):
    """Hold that axe-core, with these options, finds nothing serious in what a selector finds.

    The rule of contrast looks only at what its own selector finds.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    contrast = {"id": "color-contrast", "selector": contrast_of}
    # Without the text of what it looks at, which for a page with its pictures is long.
    page.evaluate("rule => axe.configure({noHtml: true, rules: [rule]})", contrast)
    # Without the list of all that is well, which takes a third of the time, and without requests
    # for the style sheets, which a browser refuses for a file.
    given = [within or "html", {"resultTypes": ["violations"], "preload": False, **options}]
    found = page.evaluate("given => axe.run(...given)", given)
    serious = [
        (violation["id"], [node["target"] for node in violation["nodes"]][:3])
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
    ]
    assert not serious, serious
