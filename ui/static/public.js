// The public room in the browser: its language, its markers, where the eye and the keyboard are.
// `assistantWords` stands before this script: every label, by language.
window.assistantPage = (() => {
  "use strict";
  const words = window.assistantWords;
  const root = document.documentElement;
  const KEPT = "assistant-language"; // the one thing kept in the browser
  const ESCAPES = 3; // so many times Esc, each within a second of the last, leaves the page
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
    document.body.append(spoken);
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

  // --- For people who are watched ---------------------------------------------------------------

  // Takes this page off the screen at once, and out of the history of the window.
  function leave() {
    root.style.display = "none";
    document.title = "…";
    try {
      window.top.location.replace(words[language].exit);
    } catch {
      location.replace(words[language].exit); // a frame that may not move its page
    }
  }

  let escapes = [];
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelector("details.danger[open]")?.removeAttribute("open");
    const now = event.timeStamp;
    escapes = [...escapes, now].slice(-ESCAPES);
    if (escapes.length === ESCAPES && now - escapes[0] < 1000 * (ESCAPES - 1)) leave();
  });
  addEventListener("click", (event) => {
    const help = document.querySelector("details.danger[open]");
    if (help && !help.contains(event.target)) help.removeAttribute("open");
  });

  // --- The question box -------------------------------------------------------------------------

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

  function toBox() {
    document.querySelector("#box textarea").focus();
  }

  for (const gesture of ["wheel", "touchmove", "keydown"]) {
    addEventListener(gesture, () => (scrolledByHand = true), { passive: true });
  }

  // --- What can be done with an answer ----------------------------------------------------------

  async function copy(button) {
    await window.assistantEvidence.toClipboard(button.dataset.text);
    const label = button.firstElementChild;
    const before = label.textContent;
    label.textContent = button.dataset.done;
    say(button.dataset.done);
    setTimeout(() => (label.textContent = before), 2000);
  }

  function save() {
    const day = new Intl.DateTimeFormat("en-CA").format(new Date());
    const heading = `# ${document.title}\n\n${words[language].savedOn} ${day}\n\n`;
    const parts = [...document.querySelectorAll("[data-act=copy]")].map((b) => b.dataset.text);
    const content = new Blob([heading + parts.join("\n")], { type: "text/markdown;charset=utf-8" });
    window.assistantEvidence.download(content, `answers-${day}.md`);
  }

  function work(button, trigger) {
    const tools = button.closest(".tools");
    const turn = Number(tools.dataset.turn);
    const why = tools.querySelector(".why");
    switch (button.dataset.act) {
      case "copy":
        copy(button);
        break;
      case "again":
        trigger("click", { again: true });
        break;
      case "edit":
        trigger("edit", {});
        break;
      case "up":
        trigger("like", { turn, liked: true });
        break;
      case "down":
        why.hidden = !why.hidden;
        button.setAttribute("aria-expanded", String(!why.hidden));
        if (!why.hidden) why.querySelector("input").focus();
        break;
      case "tell":
        trigger("like", {
          turn,
          liked: false,
          reason: why.querySelector("[type=radio]:checked")?.value ?? "",
          hand: why.querySelector("[type=checkbox]").checked,
        });
        break;
    }
  }

  // --- A connection that is lost ----------------------------------------------------------------

  const LOOK_MS = 1000; // between two looks while an answer is awaited
  const PATIENCE_MS = 3000; // with a server that does not say whether it is there
  let waiting = null; // the turn whose answer is awaited; true before there is one
  let lost = false;

  // Gradio, which answers nothing any more once its stream has broken, loads the page anew as soon
  // as the server is back: with it would go what was asked. It is told that nobody is there.
  const fetched = window.fetch;
  window.fetch = (...what) =>
    lost && String(what[0]?.url ?? what[0]).includes("gradio_api/app_id")
      ? Promise.reject(new TypeError("the page has lost its connection"))
      : fetched(...what);

  async function isThere() {
    try {
      await fetched("gradio_api/app_id", {
        cache: "no-store",
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      return true;
    } catch {
      return false;
    }
  }

  async function look() {
    const before = waiting;
    if (before && !(await isThere()) && waiting === before) lose(before);
    if (!lost) setTimeout(look, LOOK_MS);
  }
  look();

  // What came of an answer stays, marked as unfinished; nothing of it can be copied or saved.
  function lose(turn) {
    waiting = null;
    lost = true;
    document.body.classList.add("lost");
    const said = document.createElement("p");
    said.className = "notice lost";
    said.setAttribute("role", "alert");
    said.textContent = words[language].lost;
    if (turn === true) {
      const question = document.querySelector("#box textarea").value;
      document.getElementById("hint").replaceChildren(said, again(question));
      return;
    }
    turn.classList.replace("searching", "failed");
    turn.querySelector(".answer").setAttribute("aria-busy", "false");
    turn.querySelector(".pending").replaceWith(said, again(turn.querySelector(".asked").innerText));
  }

  // The page without scripts answers: it needs no stream, and what is posted leaves no trace.
  function again(question) {
    const form = document.createElement("form");
    form.method = "post";
    form.action = `/plain?lang=${language}`;
    form.className = "again";
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = "question";
    field.value = question;
    const button = document.createElement("button");
    button.type = "submit";
    button.textContent = words[language].again;
    const anew = document.createElement("a");
    anew.href = "/";
    anew.textContent = words[language].anew;
    form.append(field, button, anew);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      button.disabled = true;
      if (await isThere()) form.submit();
      else button.disabled = false;
    });
    return form;
  }

  addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && event.target.closest?.("#box")) expect();
  });
  addEventListener("click", (event) => {
    if (event.target.closest?.("#send, button.ask")) expect();
  });

  // A question is on its way; no turn shows it yet.
  function expect() {
    waiting ??= true;
    setTimeout(() => {
      if (waiting === true && !lost) waiting = null; // a hint came instead, or a refusal
    }, 2 * LOOK_MS + PATIENCE_MS);
  }

  // --- The transcript ---------------------------------------------------------------------------

  // Gradio puts the whole transcript in anew each time, which no screen reader reads out; this
  // element stays.
  const spoken = document.createElement("div");
  spoken.id = "spoken";
  spoken.className = "unseen";
  spoken.setAttribute("role", "status");
  function say(text) {
    if (spoken.textContent !== text) spoken.textContent = text;
  }

  function transcript(element, trigger) {
    element.addEventListener("click", (event) => {
      const ask = event.target.closest("button.ask");
      if (ask) {
        trigger("click", { question: ask.value });
        return;
      }
      const tool = event.target.closest("button.tool");
      if (tool) work(tool, trigger);
    });
    window.assistantEvidence.watch(element);
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
      if (!last) return;
      waiting = last.classList.contains("searching") ? last : null;
      const ended = !last.classList.contains("searching");
      say(last.querySelector(ended ? ".says" : ".pending").innerText);
    }).observe(element, { childList: true, subtree: true });
  }

  return { open, switchLanguage, transcript, leave, save, print: () => print(), toBox };
})();
