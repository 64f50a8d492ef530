// Two people decided differently: what the other decided, and both choices.

import { again, save, say } from "./saving.js";
import { focusRecord, recordOf } from "./records.js";

const dialog = document.getElementById("conflict");
let open = null; // the save that met the conflict

export function tell(conflicts, one) {
  open = one;
  const list = document.getElementById("conflict-list");
  list.replaceChildren(...conflicts.map(({ words }) => {
    const item = document.createElement("li");
    item.textContent = words;
    return item;
  }));
  document.getElementById("conflict-mine").textContent = one.about.mine ? `You: ${one.about.mine}` : "";
  dialog.showModal();
}

function close(words) {
  dialog.close();
  say(words);
  focusRecord(recordOf(open?.about.record || ""));
  open = null;
  again();
}

function keepTheirs() {
  close("Kept theirs");
}

function saveMine() {
  const { address, fields, about } = open;
  fields.set("override", "1");
  close("Saving…");
  save(address, fields, about);
}

document.getElementById("keep-theirs").addEventListener("click", keepTheirs);
document.getElementById("save-mine").addEventListener("click", saveMine);
dialog.addEventListener("keydown", (event) => {
  if (event.key === "k") keepTheirs();
  if (event.key === "o") saveMine();
});
dialog.addEventListener("cancel", (event) => { event.preventDefault(); keepTheirs(); });
