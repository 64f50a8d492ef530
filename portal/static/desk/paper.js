// The page on which a curator settles a paper: what its parts tell each other, and which key does what.

import { changeZoom, currentPage, drawBoxes, selection, showEvidence, showPage } from "./page_view.js";
import { checkSoon, takeName } from "./checking.js";
import "../copying.js";
import { onAnswer, save, say, unsaved } from "./saving.js";
import {
  countLeft, current, focusRecord, hasChanges, left, move, press, recordOf, records, restore, takeCards, verdictOnField,
} from "./records.js";
import { formDone, formRefused, openForm } from "./adding.js";
import { isBare, withForm } from "./opening.js";
import { tell } from "./conflict.js";
import { hold, listen } from "./keys.js";

const panes = document.getElementById("panes");
const settleForm = document.getElementById("settle");
const byId = (id) => document.getElementById(id);
const address = panes.dataset.address;

let leaving = false;
let warned = "";

// Undoing: what each save says will take it back, the latest last; kept while the tab is open.

const undoShelf = (of) => `burden undo ${of}`;
const undoable = () => JSON.parse(sessionStorage.getItem(undoShelf(address)) || "[]");

function remember(takeBack) {
  if (takeBack.length) sessionStorage.setItem(undoShelf(address), JSON.stringify([...undoable(), takeBack].slice(-50)));
}

function undo() {
  const all = undoable();
  const takeBack = all.pop();
  if (!takeBack) { say("Nothing to undo on this page"); return; }
  sessionStorage.setItem(undoShelf(address), JSON.stringify(all));
  const fields = new URLSearchParams({ csrf: settleForm.elements.csrf.value, action: "undo" });
  for (const one of takeBack) fields.append("take_back", one);
  const digest = takeBack[0].split("|")[1];
  save(`${address}/decisions`, fields, { record: digest, undoes: true, mine: "undo" });
  focusRecord(recordOf(digest));
}

onAnswer(async (status, said, one) => {
  warned = "";
  if (said.cards) takeCards(said.cards, status === 200 ? one.fields : null);
  if (status === 200) {
    if (!one.about.undoes) remember(said.take_back || []);
    if (one.about.undoes) say("Undone", "good");
    if (one.about.adds) formDone(one.about.adds);
    if (said.added) {
      const record = recordOf(said.added);
      focusRecord(record);
      if (record) await showEvidence(record);
    }
    if (said.next) leave(said.next);
    return;
  }
  restore(one.about);
  if (status === 409 && said.conflicts) tell(said.conflicts, one);
  else if (one.about.adds) formRefused(one.about.adds, said.errors);
  else if (one.about.record) {
    const form = recordOf(one.about.record)?.querySelector(".record-form");
    const name = Object.keys(said.errors || {})[0];
    if (form) checkSoon(form);
    if (form && name) form.querySelector(`[name="field.${name}"]`)?.focus();
  }
});

// Settling

settleForm.addEventListener("submit", (event) => {
  event.preventDefault();
  settle(event.submitter?.name === "accept_all");
});

function settle(acceptAll) {
  const typed = hasChanges();
  if (typed && warned !== "typed") {
    warned = "typed";
    say("Not settled: something is typed here and not saved. Enter saves it, Escape leaves it.", "bad");
    typed.focus();
    return;
  }
  const fields = new URLSearchParams(new FormData(settleForm));
  if (acceptAll) fields.set("accept_all", "1");
  save(settleForm.getAttribute("action"), fields, { settles: true, mine: acceptAll ? "accept all that is left" : "settle" });
}

function settleAsItIs() {
  if (left() && warned !== "left") {
    warned = "left";
    say(`${left()} undecided: Enter again settles the paper as it is, A accepts them.`, "bad");
    return;
  }
  settle(false);
}

function leave(next) {
  leaving = true;
  window.location.assign(next);
}

window.addEventListener("beforeunload", (event) => {
  if (!leaving && (hasChanges() || unsaved())) event.preventDefault();
});

byId("paper-comment").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  if (await save(form.getAttribute("action"), new URLSearchParams(new FormData(form)))) {
    const said = document.createElement("p");
    said.className = "comment";
    said.textContent = form.elements.comment.value;
    form.before(said);
    form.reset();
  }
});

// The page of the PDF

for (const [id, step] of [["previous-page", -1], ["next-page", 1]]) {
  byId(id).addEventListener("click", (event) => { event.preventDefault(); showPage(currentPage() + step); });
}
for (const [id, step] of [["zoom-out", -1], ["zoom-fit", 0], ["zoom-in", 1]]) {
  byId(id).addEventListener("click", () => changeZoom(step));
}
byId("zoom").hidden = false;
byId("records").addEventListener("click", (event) => {
  const link = event.target.closest(".evidence-link");
  if (!link) return;
  event.preventDefault();
  focusRecord(link.closest(".record"));
  showEvidence(link.closest(".record"));
});

// Keys

/** What a key does to a record waits until the record has its form. */
const onForm = (act) => () => {
  if (!isBare(current())) return act();
  return hold(withForm(current()).then((record) => record && record === current() && act()));
};

function edit() {
  const input = current()?.querySelector(".value-input");
  if (!input) return false;
  input.focus();
  input.select?.();
  return true;
}

function more() {
  const fold = current()?.querySelector(".more");
  if (fold) fold.open = !fold.open;
}

function foldOrMore() {
  if (document.activeElement.tagName === "SUMMARY") document.activeElement.click();
  else onForm(more)();
}

function inMore(selector) {
  const place = current()?.querySelector(selector);
  if (!place) { say("This record has none of that"); return; }
  place.closest(".more").open = true;
  place.focus();
}

function verdict(which) {
  const button = verdictOnField(which);
  if (button) button.click();
  else if (verdictOnField("not_said")) say("This field has no value that could be wrong");
  else say("First a field: e, then Tab to it; Alt+x says that the paper does not state it, Alt+X that it is wrong");
}

function escape(event) {
  const form = event.target.closest(".record-form");
  if (!form) { focusRecord(current()); return; }
  form.reset();
  event.target.dispatchEvent(new Event("input", { bubbles: true }));
  focusRecord(form.closest(".record"));
}

listen({
  j: () => move(1), ArrowDown: () => move(1), k: () => move(-1), ArrowUp: () => move(-1),
  a: onForm(() => press(".accept") || say("Accepted already")),
  A: () => settle(true),
  r: onForm(() => press(".reject") || say("Rejected already")),
  e: onForm(edit), x: onForm(() => verdict("not_said")), X: onForm(() => verdict("wrong")), u: undo, o: foldOrMore,
  c: onForm(() => inMore(".comment-input")), m: onForm(() => inMore(".into")),
  n: () => openForm("training_run"), N: () => openForm("result"),
  t: onForm(() => press(".take-name") || say("No name is proposed here")),
  s: onForm(() => press(".split") || say("Only runs can be split")),
  v: () => current() && showEvidence(current()),
  "[": () => showPage(currentPage() - 1), "]": () => showPage(currentPage() + 1),
  "+": () => changeZoom(1), "=": () => changeZoom(1), "-": () => changeZoom(-1), 0: () => changeZoom(0),
  b: () => (byId("done-link") ? byId("done-link").click() : false),
  "g q": () => byId("to-queue").click(),
  Enter: settleAsItIs,
}, {
  Escape: escape,
  "Alt+x": () => verdict("not_said"),
  "Alt+X": () => verdict("wrong"),
  "Alt+t": (event) => takeName(event.target.form.querySelector(".take-name")),
  Enter: (event) => {
    if (event.target.matches(".into")) { event.target.closest("form").querySelector(".join").click(); return true; }
    if (event.target.matches(".comment-input")) { event.target.closest("form").querySelector(".comment-button").click(); return true; }
    if (event.target.tagName === "SELECT" && event.target.form) { event.target.form.requestSubmit(); return true; }
    return false;
  },
});

document.addEventListener("mouseup", () => { if (selection()) drawBoxes(); });

const wanted = panes.dataset.fact && recordOf(panes.dataset.fact);
const first = wanted || records().find((record) => record.dataset.left === "yes") || records()[0];
countLeft();
await showPage(currentPage());
if (document.activeElement === document.body) focusRecord(first);
document.documentElement.dataset.ready = "yes";
