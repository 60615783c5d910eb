// What scrolls in a box of its own can be reached and scrolled by keyboard.
(function () {
  var boxes = "pre, .formula, .diagram > div, .table-wrapper, .cell_output .output.text_html";
  function mark() {
    document.querySelectorAll(boxes).forEach(function (box) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    });
  }
  addEventListener("DOMContentLoaded", mark);
  addEventListener("load", mark);
  addEventListener("resize", mark);
  addEventListener("toggle", mark, true); // an opened fold
  // Light and dark pages have drawings of their own.
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", mark);
  addEventListener("DOMContentLoaded", function () {
    new MutationObserver(mark).observe(document.body, { attributeFilter: ["data-theme"] });
  });
})();

// What a screen reader lists: a name for each table that has none, and the way through the page.
addEventListener("DOMContentLoaded", function () {
  document.querySelectorAll("article table").forEach(function (table) {
    var part = table.closest("section");
    var heading = part && part.querySelector(":scope > :is(h1, h2, h3, h4)");
    if (!heading || table.caption || table.hasAttribute("aria-label")) return;
    table.setAttribute("aria-label", heading.firstChild.textContent);
  });
  var contents = document.querySelector(".toc-tree");
  if (!contents) return;
  contents.setAttribute("role", "navigation");
  contents.setAttribute("aria-label", "On this page");
});
