// Saving: each form goes to the server in turn; what fails is kept, and sent again when the curator says so.
// The page never says "saved" before the server has.

const state = document.getElementById("save-state");
const tryAgain = document.getElementById("try-again");
const panes = document.getElementById("panes");
const RETRY_MILLISECONDS = [1000, 3000, 8000];

const SHELF = `burden unsaved ${panes.dataset.address}`;

const waiting = shelved(); // saves that no answer has come for, in order
let sending = false;
let failed = waiting.length > 0;
let signedOut = failed;
let listener = null;

const clockDifference = new Date(panes.dataset.now).getTime() - Date.now();

/** The moment of a decision, by the server's clock as far as this page knows it. */
export const moment = () => new Date(Date.now() + clockDifference).toISOString();

export const unsaved = () => waiting.length;

export function onAnswer(heard) { listener = heard; }

export function say(words, kind = "") {
  state.textContent = words;
  state.dataset.kind = kind;
}

/**
 * Send a form. `fields` is a URLSearchParams, `about` what the page wants to know again when the answer comes.
 * The promise is done with the server's answer, or null where it was refused or met a conflict.
 */
export function save(address, fields, about = {}) {
  fields.set("moment", moment());
  return new Promise((done) => {
    waiting.push({ address, fields, about, done, tries: 0 });
    shelve();
    send();
  });
}

/** What has no answer yet outlives a closed tab's crash or a reload: it is offered again when the page comes back. */
function shelve() {
  const kept = waiting.map(({ address, fields }) => ({ address, fields: fields.toString() }));
  if (kept.length) sessionStorage.setItem(SHELF, JSON.stringify(kept));
  else sessionStorage.removeItem(SHELF);
}

function shelved() {
  const kept = JSON.parse(sessionStorage.getItem(SHELF) || "[]");
  return kept.map(({ address, fields }) => ({
    address, fields: new URLSearchParams(fields), about: {}, done: () => {}, tries: 0,
  }));
}

async function send() {
  if (sending || failed || waiting.length === 0) return;
  sending = true;
  const one = waiting[0];
  say(waiting.length > 1 ? `Saving ${waiting.length}…` : "Saving…", "busy");
  if (one.about.refresh) one.about.refresh(one.fields);
  let answer = null;
  let said = null;
  try {
    answer = await fetch(one.address, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: one.fields,
    });
    said = await answer.json();
  } catch {
    answer = null;
  }
  sending = false;
  if (answer === null || answer.status >= 500 || answer.status === 401 || answer.status === 403) {
    notSaved(one, answer, said);
    return;
  }
  waiting.shift();
  if (!answer.ok) dropSettlements();
  shelve();
  if (answer.ok) say(waiting.length ? `Saving ${waiting.length}…` : said.message || "Saved", waiting.length ? "busy" : "good");
  else if (answer.status !== 409) say(said.error || "Not saved", "bad");
  else say("Not saved: somebody decided otherwise", "bad");
  one.done(answer.ok ? said : null);
  if (listener) await listener(answer.status, said, one);
  send();
}

/** A paper is not settled over a decision that was not saved. */
function dropSettlements() {
  for (let place = waiting.length - 1; place >= 0; place -= 1) {
    if (waiting[place].about.settles) waiting.splice(place, 1)[0].done(null);
  }
}

function notSaved(one, answer, said) {
  one.tries += 1;
  signedOut = answer !== null && answer.status < 500;
  failed = true;
  const why = answer === null ? "the server can't be reached." : (said && said.error) || "the server has a problem.";
  say(`Not saved: ${why} ${waiting.length} decision${waiting.length === 1 ? " is" : "s are"} kept here.`, "bad");
  tryAgain.hidden = false;
  const wait = RETRY_MILLISECONDS[one.tries - 1];
  if (!signedOut && wait !== undefined) window.setTimeout(again, wait);
}

/** Send what is kept once more; after a new sign-in, with the new session's token. */
export async function again() {
  if (!failed) return;
  if (signedOut) {
    const page = await fetch(window.location.href, { headers: { Accept: "text/html" } }).catch(() => null);
    const text = page && page.ok && !page.redirected ? await page.text() : "";
    const token = new DOMParser().parseFromString(text, "text/html").querySelector("input[name=csrf]");
    if (token === null) {
      say("Still signed out: sign in in another tab, then try again. Nothing is lost.", "bad");
      return;
    }
    for (const one of waiting) one.fields.set("csrf", token.value);
    for (const input of document.querySelectorAll("input[name=csrf]")) input.value = token.value;
  }
  failed = false;
  tryAgain.hidden = true;
  send();
}

tryAgain.addEventListener("click", again);
window.addEventListener("online", again);
if (failed) {
  say(`${waiting.length} decision${waiting.length === 1 ? "" : "s"} of before could not be saved.`, "bad");
  tryAgain.hidden = false;
}
