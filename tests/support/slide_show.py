"""Slides in a browser, gone through as a speaker does."""

LARGER = """() => {
    const slide = Reveal.getCurrentSlide(), [width, height] = [1280, 720];
    const low = [...slide.querySelectorAll(":not(aside, aside *)")].filter(
        element => element.checkVisibility()
            && element.getBoundingClientRect().bottom > slide.closest(".reveal").clientHeight + 1);
    return slide.scrollWidth > width || slide.scrollHeight > height || low.length > 0;
}"""
EMPTY = """() => {
    const slide = Reveal.getCurrentSlide();
    return !slide.innerText.trim() && !slide.querySelector("img, svg, math");
}"""


def walk(page):
    """Go through all slides with the keyboard.

    Returns the text of each, and of those that are larger than the screen, or empty.
    """
    texts, larger, empty = [], [], []
    while True:
        while page.evaluate("Reveal.availableFragments().next"):
            page.keyboard.press("Space")
        texts.append(page.evaluate("Reveal.getCurrentSlide().innerText"))
        if page.evaluate(LARGER):
            larger.append(texts[-1][:60])
        if page.evaluate(EMPTY):
            empty.append(f"after {texts[-2:-1]}")
        if page.evaluate("Reveal.isLastSlide()"):
            return texts, larger, empty
        page.keyboard.press("Space")
