"""What the pages take from the lessons: links into the glossary, agendas, handout, patterns."""

from browser import needs_browser


def terms_on(page):
    """What links into the glossary from the text of a page: the words, and their targets."""
    links = page.locator("article a[href*='glossary.html#term-']").all()
    return [(link.inner_text(), link.get_attribute("href")) for link in links]


@needs_browser
def test_the_first_mention_of_a_term_links_into_the_glossary(site, visit):
    page = visit(site / "lessons/01-try-everything.html")
    words = [word for word, _ in terms_on(page)]
    wanted = ["backlog", "Duplicates", "in flight", "retry", "time-out", "thundering herd"]
    assert [word for word in words if word in wanted] == wanted
    assert page.locator(":is(h1, h2, h3, pre, code) a[href*='glossary']").count() == 0
    page.locator("article a", has_text="Duplicates").click()
    assert page.url.endswith("glossary.html#term-duplicate")


@needs_browser
def test_workshop_pages_are_made_from_the_lessons(site, visit):
    page = visit(site / "workshop.html")
    two_hours, half_day = page.locator("table").all()[:2]
    row = two_hours.locator("tr", has_text="slides").inner_text()
    assert "01 Try everything until Another (slides)" in row
    rows = half_day.locator("tr", has_text="slides").all()
    assert [row.locator("td").all_inner_texts() for row in rows] == [
        ["09:10", "01 Try everything (slides)", "20"],
        ["09:30", "02 Go on (slides)", "5"],
    ]
    text = page.locator("article").inner_text()
    assert "How many hippos & crocodiles?" in text
    assert "Often said: None." in text
    page.locator("table a", has_text="slides").first.click()
    assert page.title() == "Try everything (slides)"
    page.goto((site / "handout.html").as_uri())
    row = page.locator("table.facets tr", has_text="a drum").locator("td").all_inner_texts()
    assert row[0] == "silence (01)"
    assert row[-2:] == ["▼ worse", "▲ better"]
    page.goto((site / "patterns.html").as_uri())
    page.locator("summary", has_text="Show the code of queue.py").click()
    assert page.locator("pre:visible", has_text="def charge_from_queue(").count() == 1
    page.locator("summary", has_text="Show what queue.py has to be allowed: answer, ask").click()
    assert page.locator("pre:visible", has_text=":replies").count() == 2  # of who asks, who answers


@needs_browser
def test_the_front_page_has_a_way_for_ten_minutes_and_one_for_two_hours(site, visit):
    page = visit(site / "index.html")
    ways = page.locator("article p", has_text="How long do you have?")
    assert "parts of 1 lessons" in ways.inner_text()
    picture = page.locator(".pictures > div")
    assert picture.locator("img").get_attribute("alt").startswith("Line chart")
    assert picture.inner_text().startswith(
        "A drum. Everybody hears it. Every order is charged once"
    )
    ways.get_by_role("link", name="parts of").click()
    assert page.url.endswith("#two-hours")
    page.locator("#two-hours a", has_text="01 Try everything").click()
    assert page.locator("h1").inner_text().startswith("Try everything")
