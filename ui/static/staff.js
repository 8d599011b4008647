
// The reader stands beside the results where there is room, below them where there is not.
window.desk.toReader = () => {
  window.desk.choose(document.getElementById("tab-search"));
  const lit = document.querySelector("#reader .chunk.lit") ?? document.querySelector("#reader h2");
  lit?.scrollIntoView({ block: "center" });
};
