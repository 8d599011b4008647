
// Files by choice or by drag and drop: each is sent by itself, and its id put into the form.
(() => {
  "use strict";
  const MOST = 20 * 1024 * 1024;

  // Text that keeps its own direction.
  function apart(text) {
    const made = document.createElement("bdi");
    made.textContent = text;
    return made;
  }

  async function send(zone, file) {
    const line = document.createElement("li");
    const name = apart(file.name);
    line.append(name);
    zone.querySelector("[data-files]").append(line);
    let said = { error: zone.dataset.tooLarge };
    if (file.size <= MOST) {
      const response = await fetch("/maintain/files", {
        method: "POST",
        body: file,
        headers: {
          "X-File-Name": encodeURIComponent(file.name.slice(-300)),
          "Content-Type": "application/octet-stream",
          "Accept-Language": document.documentElement.lang,
        },
      });
      said = await response.json().catch(() => ({ error: String(response.status) }));
      if (response.status === 413) said = { error: zone.dataset.tooLarge };
    }
    if (said.id) {
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = "files";
      field.value = said.id;
      name.textContent = said.name;
      line.append(field, " · ", apart(`${Math.ceil(said.size / 1024)} KB`));
    } else {
      line.className = "trouble";
      line.append(" · ", apart(said.error));
    }
    window.desk.say(line.innerText);
  }

  function take(zone, files) {
    for (const file of files) send(zone, file);
  }

  addEventListener("change", (event) => {
    const zone = event.target.closest?.("[data-drop]");
    if (!zone || event.target.type !== "file") return;
    take(zone, event.target.files);
    event.target.value = "";
  });
  for (const kind of ["dragover", "dragleave", "drop"]) {
    addEventListener(kind, (event) => {
      const zone = event.target.closest?.("[data-drop]");
      if (!zone) return;
      event.preventDefault();
      zone.classList.toggle("over", kind === "dragover");
      if (kind === "drop") take(zone, event.dataTransfer.files);
    });
  }
})();

window.desk.toStored = () => {
  const heading = document.querySelector("#stored h2");
  heading?.scrollIntoView({ block: "start" });
  heading?.focus({ preventScroll: true });
};
