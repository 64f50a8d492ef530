// The keyboard: one table of keys. Single keys rest while something is typed, and can be turned off altogether.

const STORE = "burden single keys";
const help = document.getElementById("help");
const box = document.getElementById("keys-on");
const opener = document.getElementById("open-help");

box.checked = localStorage.getItem(STORE) !== "off";
box.addEventListener("change", () => localStorage.setItem(STORE, box.checked ? "on" : "off"));
opener.hidden = false;
opener.addEventListener("click", () => help.showModal());

const typing = (element) => element.matches("input:not([type=checkbox]), select, textarea");
const acts = (element) => element.matches("button, a, summary, input");

let held = null; // what was pressed while an earlier key is at work; null where none is

/** Let what a key began come to its end before the keys after it act; they are dropped if it leads into a field. */
export async function hold(until) {
  const pressed = [];
  held = pressed;
  try { await until; } finally { held = null; }
  while (pressed.length && held === null && !typing(document.activeElement)) pressed.shift()();
  held?.push(...pressed);
}

/**
 * `keys` are pressed outside of fields, `inFields` inside of them; each is a mapping from a key to what it does, which
 * says false to leave the key to the browser.
 */
export function listen(keys, inFields) {
  let prefix = "";
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
    const name = event.altKey ? `Alt+${event.key}` : event.key;
    if (typing(event.target)) {
      if (inFields[name] && inFields[name](event) !== false) event.preventDefault();
      return;
    }
    if (event.altKey || (!box.checked && event.key.length === 1)) return;
    if (event.key === "Enter" && acts(event.target)) return;
    if (event.key.startsWith("Arrow") && !event.target.closest(".record, body > main") && event.target !== document.body) return;
    const whole = prefix + event.key;
    prefix = "";
    if (event.key === "g") prefix = "g ";
    else if (event.key === "?") help.showModal();
    else if (keys[whole] && held) {
      held.push(keys[whole]);
      event.preventDefault();
    } else if (keys[whole] && keys[whole]() !== false) event.preventDefault();
  });
}
