// A chart that a small screen shrinks opens large on a tap, in a box to be scrolled.
(function () {
  function shrunk(image) {
    var width = Number(image.getAttribute("width")) || image.naturalWidth;
    return image.clientWidth > 0 && image.clientWidth < 0.9 * width;
  }

  function open(image) {
    var dialog = document.createElement("dialog");
    dialog.className = "large";
    dialog.setAttribute("aria-label", "The chart, large");
    var close = document.createElement("button");
    close.type = "button";
    close.textContent = "Close";
    var box = document.createElement("div");
    box.tabIndex = 0; // scrolled by keyboard
    var copy = image.cloneNode();
    copy.removeAttribute("style");
    copy.removeAttribute("width");
    box.append(copy);
    dialog.append(close, box);
    close.addEventListener("click", function () { dialog.close(); });
    dialog.addEventListener("close", function () { dialog.remove(); });
    document.body.append(dialog);
    dialog.showModal();
  }

  // A button, so that a keyboard gets there. A slider's charts change, and are left as they are.
  function wrap() {
    document.querySelectorAll("article img.lab-chart").forEach(function (image) {
      if (image.closest(".enlarge, .lab-frames") || !shrunk(image)) return;
      var button = document.createElement("button");
      button.type = "button";
      button.className = "enlarge";
      image.before(button);
      button.append(image);
    });
  }

  addEventListener("load", wrap);
  addEventListener("resize", wrap);
  addEventListener("toggle", wrap, true); // an opened fold
  addEventListener("hashchange", wrap);
  addEventListener("click", function (event) {
    var image = event.target.closest(".enlarge, .lab-frames img.lab-chart");
    image = image && (image.querySelector("img") || image);
    if (image && shrunk(image)) open(image);
  });
})();
