// Which pattern when: one question at a time, each with an address, so that "back" goes back.
// Without this script the page shows all of them, one below the other.
(function () {
  function section(id) {
    var found = id && document.getElementById(id);
    found = found && found.closest("section");
    return found && found.querySelector(":scope > .answers, :scope > .pattern") ? found : null;
  }

  addEventListener("DOMContentLoaded", function () {
    var article = document.querySelector("article");
    var places = document.querySelectorAll("article .answers");
    if (!places.length) return;
    var first = places[0].closest("section");
    var button = document.querySelector(".walk-all");
    var trail = document.querySelector(".walk-trail");
    var path = []; // of {from: section, answer: link}

    function links(from) {
      return Array.from(from.querySelectorAll(":scope > .answers a, :scope > .pattern a"));
    }

    function leads(link) {
      return section(decodeURIComponent(link.hash.slice(1)));
    }

    // The answers from the first question to a section, the fewest that there are.
    function wayTo(goal) {
      var seen = new Set([first]);
      var ways = [{ at: first, path: [] }];
      while (ways.length) {
        var way = ways.shift();
        if (way.at === goal) return way.path;
        links(way.at).forEach(function (link) {
          var next = leads(link);
          if (!next || seen.has(next)) return;
          seen.add(next);
          ways.push({ at: next, path: way.path.concat({ from: way.at, answer: link }) });
        });
      }
      return [];
    }

    function extended(goal) {
      var visited = path.findIndex(function (step) { return step.from === goal; });
      if (visited >= 0) return path.slice(0, visited);
      var here = document.querySelector("section.here");
      var link = here && links(here).find(function (each) { return leads(each) === goal; });
      return link && goal !== first ? path.concat({ from: here, answer: link }) : wayTo(goal);
    }

    function title(of) {
      return of.querySelector("h3").firstChild.textContent;
    }

    function tell() {
      var list = document.createElement("ol");
      path.forEach(function (step) {
        var item = document.createElement("li");
        var link = document.createElement("a");
        link.href = "#" + step.from.id;
        link.textContent = title(step.from);
        var answer = document.createElement("b");
        answer.textContent = step.from.querySelector(".answers") ? " " + step.answer.textContent : "";
        item.append(link, answer);
        list.append(item);
      });
      trail.replaceChildren(list);
      trail.hidden = !path.length;
    }

    function go(moved) {
      var goal = location.hash ? section(decodeURIComponent(location.hash.slice(1))) : first;
      if (!goal) return;
      path = extended(goal);
      document.querySelectorAll("section.here").forEach(function (old) {
        old.classList.remove("here");
      });
      goal.classList.add("here");
      tell();
      if (!moved || !article.classList.contains("walking")) return;
      var heading = goal.querySelector("h3");
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
      (trail.hidden ? heading : trail).scrollIntoView();
    }

    function walk(on) {
      article.classList.toggle("walking", on);
      button.setAttribute("aria-pressed", String(!on));
      trail.classList.toggle("on-paper", !on);
    }

    button.parentElement.hidden = false;
    button.addEventListener("click", function () {
      walk(!article.classList.contains("walking"));
    });
    addEventListener("hashchange", function () { go(true); });
    walk(true);
    go(Boolean(location.hash));
  });
})();
