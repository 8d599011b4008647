// The public room in the browser: its language, its markers, where the eye and the keyboard are.
// `assistantWords` stands before this script: every label, by language.
window.assistantPage = (() => {
  "use strict";
  const words = window.assistantWords;
  const root = document.documentElement;
  const KEPT = "assistant-language"; // the one thing kept in the browser
  let language = preferredLanguage();
  let scrolledByHand = false;

  function preferredLanguage() {
    let kept = null;
    try {
      kept = localStorage.getItem(KEPT);
    } catch {
      // storage is switched off: the browser's language then decides each time
    }
    const wished = [new URLSearchParams(location.search).get("lang"), kept, ...navigator.languages];
    const spoken = wished.filter(Boolean).map((tag) => tag.split("-")[0].toLowerCase());
    return spoken.find((tag) => Object.hasOwn(words, tag)) ?? Object.keys(words)[0];
  }

  function show() {
    root.lang = language;
    root.dir = words[language].direction;
    document.title = words[language].title;
  }

  // Before anything is painted; and again whenever Gradio sets the browser's language over ours.
  show();
  new MutationObserver(() => {
    if (root.lang !== language) root.lang = language;
  }).observe(root, { attributes: true, attributeFilter: ["lang"] });

  function open() {
    show();
    watchComposer();
    document.body.classList.add("ready");
    return [...words[language].updates, words[language].opening];
  }

  function switchLanguage() {
    language = words[language].next;
    try {
      localStorage.setItem(KEPT, language);
    } catch {
      // not kept, then
    }
    const address = new URL(location.href);
    if (address.searchParams.has("lang")) {
      address.searchParams.set("lang", language);
      history.replaceState(history.state, "", address);
    }
    show();
    return words[language].updates;
  }

  // The composer covers the foot of the page; what scrolls must know how high it is.
  function watchComposer() {
    const composer = document.getElementById("composer");
    new ResizeObserver(() => {
      root.style.setProperty("--composer", `${composer.offsetHeight}px`);
    }).observe(composer);
    const box = document.getElementById("box");
    // A disabled box loses the keyboard; give it back, but do not open a phone's keyboard.
    new MutationObserver(() => {
      const field = box.querySelector("textarea");
      const lost = document.activeElement === document.body;
      if (field && !field.disabled && lost && matchMedia("(pointer: fine)").matches) {
        field.focus({ preventScroll: true });
      }
    }).observe(box, { attributes: true, attributeFilter: ["disabled"], subtree: true });
  }

  for (const gesture of ["wheel", "touchmove", "keydown"]) {
    addEventListener(gesture, () => (scrolledByHand = true), { passive: true });
  }

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
    element.focus({ preventScroll: true });
    element.scrollIntoView({ block: "nearest", behavior: still ? "auto" : "smooth" });
  }

  function transcript(element, trigger) {
    element.addEventListener("click", (event) => {
      const ask = event.target.closest("button.ask");
      if (ask) {
        trigger("click", { question: ask.dataset.question });
        return;
      }
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
    let turns = 0;
    new MutationObserver(() => {
      const all = element.querySelectorAll(".turn");
      const last = all[all.length - 1];
      const isNew = all.length > turns;
      turns = all.length;
      if (isNew) scrolledByHand = false;
      // A further question goes to the top, so that its answer is read from its beginning.
      if (turns > 1 && (isNew || !scrolledByHand)) last.scrollIntoView({ block: "start" });
      document.body.classList.toggle("talking", turns > 0);
    }).observe(element, { childList: true, subtree: true });
  }

  return { open, switchLanguage, transcript };
})();
