// What the rooms share: markers and the sources they lead to, the clipboard, files to keep.
window.assistantEvidence = (() => {
  "use strict";

  function unlight() {
    for (const lit of document.querySelectorAll(".lit")) lit.classList.remove("lit");
  }

  // A marker and its source are lit together, from either end.
  function light(marker, source) {
    unlight();
    marker?.closest(".quote, .written > span")?.classList.add("lit");
    marker?.classList.add("lit");
    source?.classList.add("lit");
  }

  function pairOf(target) {
    const marker = target.closest?.(".marker");
    if (marker) return [marker, document.getElementById(marker.dataset.source)];
    const source = target.closest?.(".source");
    if (source) return [document.getElementById(source.dataset.marker), source];
    return null;
  }

  function goTo(element) {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    element.closest("details")?.setAttribute("open", ""); // what is folded away cannot be led to
    element.focus({ preventScroll: true });
    element.scrollIntoView({ block: "nearest", behavior: still ? "auto" : "smooth" });
  }

  // Pressing leads from a marker to its source and back; sight and focus light both.
  function watch(element) {
    element.addEventListener("click", (event) => {
      const leading = event.target.closest(".marker, .number");
      if (!leading) return;
      event.preventDefault(); // the address stays as it is
      const [marker, source] = pairOf(leading);
      light(marker, source);
      goTo(leading === marker ? source : marker);
    });
    for (const sight of ["mouseover", "focusin"]) {
      element.addEventListener(sight, (event) => {
        const pair = pairOf(event.target);
        if (pair) light(...pair);
      });
    }
  }

  async function toClipboard(text) {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
      return;
    }
    const field = document.createElement("textarea"); // plain http: the old way
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }

  function download(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  return { watch, toClipboard, download };
})();
