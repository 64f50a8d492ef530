// Keys of the queue: s starts with the first paper, j and k go through the list, / searches.

const links = [...document.querySelectorAll(".queue-table .paper-link")];
const start = document.querySelector("#start");
const search = document.querySelector("#filter-q");

function move(by) {
  const at = links.indexOf(document.activeElement);
  const next = links[at < 0 ? 0 : Math.min(Math.max(at + by, 0), links.length - 1)];
  next?.focus();
  next?.closest("tr").scrollIntoView({ block: "nearest" });
}

const isTyping = (target) => target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]");
const isOnNothing = (target) => target === document.body || target.matches("main");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape" && event.target === search) {
    search.blur();
    return;
  }
  if (isTyping(event.target)) return;
  if (event.key === "s" || (event.key === "Enter" && isOnNothing(event.target))) start?.click();
  else if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "/") search.focus();
  else return;
  event.preventDefault();
});
