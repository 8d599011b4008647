// The desks in the browser: tabs, forms and buttons inside the server's HTML, files to keep.
// `assistantDesk` stands before this script: the page's language and direction.
window.desk = (() => {
  "use strict";
  const root = document.documentElement;
  const page = window.assistantDesk;

  function show() {
    root.lang = page.language;
    root.dir = page.direction;
    document.title = page.title;
  }
  show();
  new MutationObserver(() => {
    if (root.lang !== page.language) root.lang = page.language;
  }).observe(root, { attributes: true, attributeFilter: ["lang"] });

  // --- Tabs -------------------------------------------------------------------------------------

  const tabs = () => [...document.querySelectorAll('[role="tab"]')];

  function open() {
    show();
    for (const tab of tabs()) {
      const panel = document.getElementById(tab.getAttribute("aria-controls"));
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", tab.id);
    }
    const wanted = tabs().find((tab) => `#${tab.dataset.tab}` === location.hash);
    choose(wanted ?? tabs()[0]);
    document.body.append(spoken);
    document.body.classList.add("ready");
  }

  function choose(chosen) {
    for (const tab of tabs()) {
      const mine = tab === chosen;
      tab.setAttribute("aria-selected", String(mine));
      tab.tabIndex = mine ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).toggleAttribute("data-shown", mine);
    }
    document.body.dataset.tab = chosen.dataset.tab;
    history.replaceState(history.state, "", `#${chosen.dataset.tab}`);
  }

  addEventListener("click", (event) => {
    const tab = event.target.closest?.('[role="tab"]');
    if (tab) choose(tab);
  });
  addEventListener("keydown", (event) => {
    const tab = event.target.closest?.('[role="tab"]');
    if (!tab) return;
    const forward = root.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
    const back = root.dir === "rtl" ? "ArrowRight" : "ArrowLeft";
    const all = tabs();
    const steps = { [forward]: 1, [back]: -1 };
    let next = null;
    if (event.key in steps) {
      next = all[(all.indexOf(tab) + steps[event.key] + all.length) % all.length];
    } else if (event.key === "Home") next = all[0];
    else if (event.key === "End") next = all[all.length - 1];
    if (!next) return;
    event.preventDefault();
    choose(next);
    next.focus();
  });

  // --- Forms and buttons ------------------------------------------------------------------------

  let waiting = [];

  function busy(button) {
    if (!button) return;
    button.setAttribute("aria-busy", "true");
    button.disabled = true;
    waiting.push(button);
  }

  // An event has ended, well or not.
  function done() {
    for (const button of waiting) {
      button.removeAttribute("aria-busy");
      button.disabled = false;
    }
    waiting = [];
  }

  function fields(form) {
    const all = new FormData(form);
    const values = (name) => (all.getAll(name).length > 1 ? all.getAll(name) : all.get(name));
    return Object.fromEntries([...new Set(all.keys())].map((name) => [name, values(name)]));
  }

  // `<form data-form>` sends its fields as a submit; `<button data-act>` what it holds as a click;
  // both where a confirming dialog stands between, after it was confirmed.
  function panel(element, trigger) {
    element.addEventListener("submit", (event) => {
      const form = event.target.closest("form[data-form]");
      if (!form) return;
      event.preventDefault();
      form.closest("dialog")?.close();
      busy(event.submitter);
      const pressed = event.submitter?.name ? { [event.submitter.name]: event.submitter.value } : {};
      trigger("submit", { form: form.dataset.form, ...fields(form), ...pressed });
    });
    element.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-act]");
      if (!button) return;
      const { act, ...what } = button.dataset;
      switch (act) {
        case "copy":
          copy(button);
          break;
        case "keep":
          keep(button);
          break;
        case "open-tab":
          choose(document.getElementById(`tab-${what.tab}`));
          break;
        case "ask":
          document.getElementById(what.dialog).showModal();
          break;
        case "dismiss":
          button.closest("dialog").close();
          break;
        default:
          button.closest("dialog")?.close();
          busy(button);
          trigger(what.event ?? "click", { act, ...what });
      }
    });
    window.assistantEvidence.watch(element);
    new MutationObserver(() => {
      const told = element.querySelector("[data-say]");
      if (told && told.innerText) say(told.innerText);
    }).observe(element, { childList: true, subtree: true });
  }

  async function copy(button) {
    await window.assistantEvidence.toClipboard(button.dataset.text);
    const before = button.textContent;
    button.textContent = button.dataset.done;
    say(button.dataset.done);
    setTimeout(() => (button.textContent = before), 2000);
  }

  // A file that came with the page, in base64.
  function keep(button) {
    const { content, media, name } = button.dataset;
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    window.assistantEvidence.download(new Blob([bytes], { type: media }), name);
  }

  const spoken = document.createElement("div");
  spoken.id = "spoken";
  spoken.className = "unseen";
  spoken.setAttribute("role", "status");
  function say(text) {
    if (spoken.textContent !== text) spoken.textContent = text;
  }

  return { open, panel, done, choose, say };
})();
