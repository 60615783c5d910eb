"""Shift+Enter goes on from a field below a cell, as it does from the cell itself.

A field of ipywidgets keeps every key to itself, so a reader who has typed an answer would press
Shift+Enter in vain. In JupyterLab this script takes the answer, gives the focus back to the
notebook, and hands the key on. Elsewhere it does nothing.
"""

FIELDS = "lab-prediction"  # class of the box around the fields
SCRIPT = """
if (!window.labGoesOn) {
  window.labGoesOn = true;
  document.addEventListener("keydown", (event) => {
    const field = event.target.closest?.(".FIELDS input");
    const notebook = field?.closest(".jp-Notebook");
    const runs = event.key === "Enter" && (event.shiftKey || event.ctrlKey || event.altKey);
    if (!notebook || !(runs || event.key === "Escape")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    field.blur();  // which makes the field tell the kernel what has been typed
    notebook.focus();
    if (runs) {
      const {key, code, keyCode, shiftKey, ctrlKey, altKey} = event;
      const again = {key, code, keyCode, which: keyCode, shiftKey, ctrlKey, altKey};
      notebook.dispatchEvent(new KeyboardEvent(
        "keydown", {...again, bubbles: true, cancelable: true}));
    }
  }, true);
}
""".replace("FIELDS", FIELDS)
