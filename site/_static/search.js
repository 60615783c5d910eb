// Say what a page is about below each search result, and where it has the words.
addEventListener("DOMContentLoaded", function () {
  var results = document.getElementById("search-results");
  if (!results || !window.pageTexts) return;
  var asked = new URLSearchParams(location.search).get("q") || "";
  var words = asked.toLowerCase().split(/[^\p{L}\p{N}_-]+/u).filter(function (word) {
    return word.length > 1;
  });
  words.unshift(asked.toLowerCase().trim()); // all of it, before any part

  // The first word that the text has, or its beginning: the index knows "queues" as "queue".
  function find(text) {
    var low = text.toLowerCase();
    for (var cut = 0; cut < 3; cut++) {
      for (var word of words.filter(Boolean)) {
        var stem = word.slice(0, Math.max(3, word.length - cut));
        var at = low.indexOf(stem);
        if (at >= 0) return { at: at, length: stem.length };
      }
    }
    return null;
  }

  function tell(item) {
    var link = item.querySelector("a");
    if (!link || item.querySelector(".search-about")) return;
    var page = window.pageTexts[link.getAttribute("href").replace(/\.html.*$/, "")];
    if (!page) return;
    var about = document.createElement("p");
    about.className = "search-about";
    about.textContent = page.about;
    item.append(about);
    var found = find(page.text);
    if (!found) return;
    var begin = Math.max(0, page.text.lastIndexOf(" ", Math.max(0, found.at - 80)));
    var end = page.text.indexOf(" ", found.at + found.length + 80);
    var context = document.createElement("p");
    context.className = "search-context";
    var mark = document.createElement("mark");
    mark.textContent = page.text.slice(found.at, found.at + found.length);
    context.append(
      (begin ? "…" : "") + page.text.slice(begin, found.at), mark,
      page.text.slice(found.at + found.length, end < 0 ? undefined : end) + (end < 0 ? "" : "…")
    );
    item.append(context);
  }

  new MutationObserver(function () {
    results.querySelectorAll("li").forEach(tell);
  }).observe(results, { childList: true, subtree: true });
});
