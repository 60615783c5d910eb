"""Slides in a browser, gone through as a speaker does."""

SHOWN = """() => {
    const slide = Reveal.getCurrentSlide(), [width, height] = [1280, 720];
    const low = [...slide.querySelectorAll(":not(aside, aside *)")].filter(
        element => element.checkVisibility()
            && element.getBoundingClientRect().bottom > slide.closest(".reveal").clientHeight + 1);
    return {
        text: slide.innerText,
        larger: slide.scrollWidth > width || slide.scrollHeight > height || low.length > 0,
        empty: !slide.innerText.trim() && !slide.querySelector("img, svg, math"),
        more: Reveal.availableFragments().next,
        last: Reveal.isLastSlide(),
    };
}"""


def walk(page):
    """Go through all slides with the keyboard.

    Returns the text of each, and of those that are larger than the screen, or empty.
    """
    texts, larger, empty = [], [], []
    while True:
        while (slide := page.evaluate(SHOWN))["more"]:
            page.keyboard.press("Space")
        texts.append(slide["text"])
        if slide["larger"]:
            larger.append(texts[-1][:60])
        if slide["empty"]:
            empty.append(f"after {texts[-2:-1]}")
        if slide["last"]:
            return texts, larger, empty
        page.keyboard.press("Space")
