// Adding what the machine missed: words selected on the page, or written as they stand there, and a form's fields.

import { currentPage, findWords, markSelection, selection, showPage } from "./page_view.js";
import { checkSoon } from "./checking.js";
import { save } from "./saving.js";

const bar = document.getElementById("selection-bar");
const barWords = document.getElementById("selection-words");

let chosen = null; // the words that were last marked on the page

document.addEventListener("selectionchange", () => {
  const found = selection();
  if (!found) return;
  chosen = found;
  const quote = found.quote.length > 90 ? `${found.quote.slice(0, 88)}…` : found.quote;
  barWords.textContent = `“${quote}”`;
  bar.hidden = false;
});
document.getElementById("selection-add").addEventListener("click", () => openForm("training_run"));
document.getElementById("selection-add-result").addEventListener("click", () => openForm("result"));

/** Open the form for a kind of record, with the selected words in it. */
export function openForm(kind) {
  const fold = document.getElementById(`add-${kind}`);
  const form = fold.querySelector("form");
  fold.open = true;
  if (chosen) {
    form.elements.quote.value = chosen.quote;
    form.elements.words.value = chosen.indexes.join(",");
    form.elements.page.value = String(chosen.page);
    markSelection(chosen);
    bar.hidden = true;
    window.getSelection().removeAllRanges();
  } else if (!form.elements.quote.value) {
    form.elements.page.value = String(currentPage());
  }
  (chosen ? form.querySelector(".value-input") : form.elements.quote).focus();
  fold.scrollIntoView({ block: "nearest" });
  chosen = null;
}

for (const form of document.querySelectorAll(".add-form")) {
  form.addEventListener("input", async (event) => {
    if (event.target === form.elements.page) {
      const wanted = Number(form.elements.page.value);
      if (Number.isInteger(wanted) && wanted > 0) await showPage(wanted);
    }
    if (event.target === form.elements.quote || event.target === form.elements.page) {
      form.elements.words.value = "";
      markSelection(findWords(form.elements.quote.value));
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save(form.getAttribute("action"), new URLSearchParams(new FormData(form)), { adds: form });
  });
}

/** The record is there: the form is empty again. */
export function formDone(form) {
  form.reset();
  form.elements.words.value = "";
  form.closest("details").open = false;
  markSelection(null);
}

/** Say beside the fields why the record could not be added. */
export function formRefused(form, errors) {
  checkSoon(form);
  const first = form.querySelector(Object.keys(errors || {}).map((name) => `[name="field.${name}"], [name="${name}"]`).join(", ") || ":not(*)");
  if (first) {
    first.setAttribute("aria-invalid", "true");
    first.focus();
  }
}
