// On a phone, code that only sets the stage is folded: what a reader takes home stays in view.
addEventListener("DOMContentLoaded", function () {
  if (!matchMedia("(max-width: 46em)").matches) return;
  document.querySelectorAll("div.cell.tag_stage > .cell_input").forEach(function (input) {
    var fold = document.createElement("details");
    fold.className = "hide above-input";
    var summary = document.createElement("summary");
    var said = document.createElement("p");
    said.className = "admonition-title";
    said.textContent = "Show the code";
    summary.append(said);
    input.before(fold);
    fold.append(summary, input);
  });
});
