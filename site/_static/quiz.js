// Counts a quiz: the first answer to each question, kept in this browser if it allows that.
// The answers themselves unfold without a script.
(function () {
  var KEPT = "quiz";
  var here = {}; // what has been answered on this page, for a browser that keeps nothing
  var keeps = true;

  function read() {
    try {
      here = JSON.parse(localStorage.getItem(KEPT) || "{}") || {};
    } catch (error) {
      if (!(error instanceof SyntaxError)) keeps = false; // blocked; else damaged, and overwritten
    }
    return here;
  }

  function write(given) {
    here = given;
    try {
      localStorage.setItem(KEPT, JSON.stringify(given));
    } catch (error) {
      keeps = false;
    }
  }

  function groups(box) {
    return [...box.querySelectorAll("fieldset[data-question]")];
  }

  function first(group, given) {
    return group.querySelectorAll("details")[given[group.dataset.question]];
  }

  function score(box) {
    var asked = groups(box);
    var answers = asked.map((group) => first(group, here)).filter(Boolean);
    var right = answers.filter((answer) => answer.className === "right").length;
    var told = `Answered: ${answers.length} of ${asked.length}. Right at the first try: ${right}.`;
    return keeps ? told : `${told} This browser does not keep it.`;
  }

  function draw() {
    read();
    groups(document).forEach(function (group) {
      var answer = first(group, here);
      group.querySelectorAll("details").forEach((each) => {
        each.toggleAttribute("data-first", each === answer);
      });
    });
    document.querySelectorAll(".quiz-score").forEach(function (line) {
      var told = score(line.box);
      if (line.firstChild.textContent !== told) line.firstChild.textContent = told;
      line.lastChild.hidden = !groups(line.box).some((group) => first(group, here));
    });
  }

  // A line with the score of what is in a box, and a button that forgets it.
  function scoreLine(box, name, role) {
    var line = document.createElement("div");
    var told = document.createElement("p");
    var forget = document.createElement("button");
    line.className = "quiz-score";
    line.box = box;
    if (role) told.setAttribute("role", role);
    forget.type = "button";
    forget.textContent = name;
    forget.addEventListener("click", function () {
      var given = { ...read() };
      groups(box).forEach((group) => delete given[group.dataset.question]);
      write(given);
      box.querySelectorAll("details[name]").forEach((each) => (each.open = false));
      draw();
      groups(box)[0].querySelector("summary").focus(); // the button has gone
    });
    line.append(told, forget);
    return line;
  }

  document.addEventListener("click", function (event) {
    var answer = event.target.closest(".quiz summary")?.parentElement;
    var group = answer?.closest("fieldset[data-question]");
    if (!group) return;
    if (!first(group, read())) {
      var place = [...group.querySelectorAll("details")].indexOf(answer);
      write({ ...here, [group.dataset.question]: place });
    }
    draw();
  });

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll(".quiz").forEach(function (box) {
      box.append(scoreLine(box, "Forget these answers", "status"));
    });
    document.querySelectorAll(".quiz-total").forEach(function (place) {
      place.append(scoreLine(document, "Forget all answers"));
    });
    draw();
  });
  addEventListener("storage", draw); // another page of the site
  addEventListener("pageshow", draw); // back from one
})();
