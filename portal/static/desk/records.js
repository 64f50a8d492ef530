// The cards of the records: which is in focus, deciding on it, and taking the server's new card in its place.

import { drawBoxes, showEvidence } from "./page_view.js";
import { checkSoon, isChanged } from "./checking.js";
import { save, say } from "./saving.js";

const list = document.getElementById("records");
const RUNS_NEAR = 5;
const STATES = ["is-open", "is-accepted", "is-rejected"];

let last = null; // the record that had the focus last
let lastField = null; // name of the field that had it last

const isShown = (element) => element.offsetParent !== null || element.getClientRects().length > 0;

export const recordOf = (digest) => document.getElementById(`record-${digest}`);
export const records = () => [...list.querySelectorAll(".record")];

/** The record in focus; where none is, the first. */
export function current() {
  const inFocus = document.activeElement?.closest?.(".record");
  if (inFocus) return inFocus;
  return last && last.isConnected && isShown(last) ? last : records().find(isShown) || null;
}

function stops() {
  return [...list.querySelectorAll(".record, details.group:not([open]) > summary, details.group > summary:focus")].filter(isShown);
}

export function focusRecord(record) {
  if (!record) return;
  record.focus({ preventScroll: true });
  record.scrollIntoView({ block: "nearest" });
}

/** To the record before or behind the one in focus; closed folds are stops on the way. */
export function move(step) {
  const all = stops();
  const here = all.indexOf(document.activeElement.tagName === "SUMMARY" ? document.activeElement : current());
  const inList = document.activeElement.closest?.(".record, summary");
  const next = inList ? all[here + step] : all[Math.max(here, 0)];
  if (next) focusRecord(next);
}

/** To the next record that is still to be decided, after this one or else from the top; stay where none is left. */
export function moveOn(from) {
  const all = records().filter(isShown);
  const later = [...all.slice(all.indexOf(from) + 1), ...all];
  focusRecord(later.find((record) => record.dataset.left === "yes" && record !== from) || from);
}

list.addEventListener("focusin", (event) => {
  const record = event.target.closest(".record");
  const input = event.target.closest(".value-input");
  if (input) lastField = input.name.replace("field.", "");
  if (!record || record === last) return;
  last?.classList.remove("is-focused");
  last = record;
  if (!input) lastField = null;
  record.classList.add("is-focused");
  showEvidence(record);
});

list.addEventListener("input", (event) => {
  const form = event.target.closest(".record-form, .add-form");
  if (!form || !event.target.matches(".value-input")) return;
  markChanges(form);
  checkSoon(form);
});

list.addEventListener("toggle", () => drawBoxes(), true);

function markChanges(form) {
  let changes = 0;
  for (const input of form.querySelectorAll(".value-input")) {
    const changed = isChanged(input);
    input.closest(".value").classList.toggle("is-changed", changed);
    changes += changed;
  }
  form.classList.toggle("has-changes", changes > 0);
}

export const hasChanges = () => [...list.querySelectorAll(".value-input")].find(isChanged) || null;

/** The button that says something ("not_said", "wrong") of the field in focus, or of the one that had it last. */
export function verdictOnField(verdict) {
  const record = current();
  const name = document.activeElement?.name?.startsWith("field.") ? document.activeElement.name.slice(6) : lastField;
  return record && name ? record.querySelector(`.verdict[value="${verdict}:${name}"]`) : null;
}

/** Press a button of the record in focus, as by the mouse. */
export function press(selector) {
  const record = current();
  const button = record?.querySelector(selector);
  if (button) button.click();
  return button;
}

list.addEventListener("submit", (event) => {
  const form = event.target.closest(".record-form");
  if (!form) return;
  event.preventDefault();
  decide(form, event.submitter || form.querySelector("button[value=save]"));
});

function decide(form, button) {
  const record = form.closest(".record");
  const fields = new URLSearchParams(new FormData(form));
  fields.set(button.name, button.value);
  if (button.name === "take_back") fields.set("action", "undo");
  if (button.value === "save" && ![...form.querySelectorAll(".value-input")].some(isChanged)) {
    focusRecord(record);
    say("Nothing was changed");
    return;
  }
  if (button.value === "comment" && !fields.get("comment").trim()) {
    form.querySelector(".comment-input").focus();
    return;
  }
  const typing = document.activeElement?.matches("input, select") && form.contains(document.activeElement);
  const before = foresee(record, button.value);
  const mine = `${button.textContent.replace(/\s+/g, " ").trim()}: ${record.querySelector(".record-title").textContent}`;
  save(button.getAttribute("formaction") || form.getAttribute("action"), fields, { record: record.dataset.digest, before, mine, refresh });
  if (button.value === "accept" || button.value === "reject") moveOn(record);
  else if (typing || button.matches(".visually-hidden, .save")) focusRecord(record);
}

/** Show at once what the decision will make of the card, marked as not yet saved; what it was is handed back. */
function foresee(record, decision) {
  const before = { state: record.dataset.state, left: record.dataset.left };
  const state = { accept: "accepted", reject: "rejected" }[decision];
  record.classList.add("is-saving");
  if (state) setState(record, state, "no");
  return before;
}

function setState(record, state, left) {
  record.dataset.state = state;
  record.dataset.left = left;
  record.classList.remove(...STATES);
  record.classList.add(`is-${state}`);
  for (const input of record.querySelectorAll("input[name=left]")) input.disabled = left !== "yes";
  countLeft();
  drawBoxes();
}

/** A save that did not come about leaves the card as it was, with what was typed. */
export function restore(about) {
  const record = about.record && recordOf(about.record);
  if (!record) return;
  record.classList.remove("is-saving");
  if (about.before) setState(record, about.before.state, about.before.left);
}

/** The ids of the reviews that were shown, as they are after this page's own earlier saves. */
function refresh(fields) {
  const form = recordOf(fields.get("fact"))?.querySelector(".record-form");
  if (!form || form.dataset.own !== "yes") return;
  for (const name of [...fields.keys()]) if (name.startsWith("shown.")) fields.delete(name);
  for (const input of form.querySelectorAll("input[name^='shown.'], input[name=claim]")) fields.set(input.name, input.value);
}

/** Put the server's cards in the place of those on the page; what is typed in them and was not sent stays typed. */
export function takeCards(cards, sent = null) {
  for (const [digest, { group, html }] of Object.entries(cards)) {
    const made = new DOMParser().parseFromString(html, "text/html").querySelector(".record");
    const record = document.importNode(made, true);
    const old = recordOf(digest);
    const section = document.getElementById(`group-${group}`);
    if (sent) record.querySelector(".record-form").dataset.own = "yes";
    if (old) carryOver(old, record, sent);
    const focus = old && old.contains(document.activeElement) ? document.activeElement.id || old.id : null;
    if (old && old.closest("[data-group]") === section) old.replaceWith(record);
    else {
      old?.remove();
      section.querySelector(".group-cards").append(record);
    }
    if (old === last) {
      last = record;
      record.classList.add("is-focused");
    }
    if (focus) (document.getElementById(focus) || record).focus({ preventScroll: true });
    markChanges(record.querySelector(".record-form"));
  }
  for (const section of list.querySelectorAll("[data-group]")) {
    const held = section.querySelectorAll(".record").length;
    section.hidden = held === 0;
    const badge = section.querySelector("summary .badge");
    if (badge) badge.textContent = String(held);
  }
  listRuns();
  countLeft();
  drawBoxes();
}

function carryOver(old, record, sent) {
  record.querySelector(".more").open = Boolean(old.querySelector(".more[open]"));
  for (const input of old.querySelectorAll(".value-input, [name=reason], .comment-input")) {
    const place = record.querySelector(`[name="${input.name}"]`);
    const typed = input.matches(".value-input") ? isChanged(input) : input.value !== "";
    if (place && typed && !wasSaved(input, sent)) place.value = input.value;
  }
}

/** A save takes all fields along, a verdict on one field that one alone. */
function wasSaved(input, sent) {
  if (!sent || sent.get(input.name) !== input.value) return false;
  const action = sent.get("action") || "";
  return !input.matches(".value-input") || ["save", "accept"].includes(action) || input.name === `field.${action.split(":")[1]}`;
}

/** The runs next to it that a run may be joined with, in each run's list. */
function listRuns() {
  const runs = records().filter((record) => record.dataset.kind === "training_run" && record.dataset.state !== "rejected");
  for (const choice of list.querySelectorAll(".into")) {
    const own = choice.closest(".record").dataset.digest;
    const chosen = choice.value;
    const place = Math.max(0, runs.findIndex((record) => record.dataset.digest === own));
    const near = runs.slice(Math.max(0, place - RUNS_NEAR), place + RUNS_NEAR + 1).filter((record) => record.dataset.digest !== own);
    const options = near.map((record) => {
      const option = new Option(record.querySelector(".record-title").textContent, record.dataset.digest);
      option.selected = option.value === chosen;
      return option;
    });
    if (spelt(options) !== spelt([...choice.options])) choice.replaceChildren(...options);
  }
}

const spelt = (options) => JSON.stringify(options.map((option) => [option.value, option.text]));

export function left() {
  return list.querySelectorAll('.record[data-left="yes"]').length;
}

export function countLeft() {
  document.getElementById("left-count").textContent = left() ? `all ${left()}` : "nothing more";
}
