// What is typed is read by the server as it is typed: the value in words beside the field, and a run's burden.

const PAUSE_MILLISECONDS = 200;
const panes = document.getElementById("panes");
const pauses = new WeakMap();
const asked = new WeakMap();

/** Ask soon how this form is read; typing on puts it off. */
export function checkSoon(form) {
  window.clearTimeout(pauses.get(form));
  pauses.set(form, window.setTimeout(() => check(form), PAUSE_MILLISECONDS));
}

async function check(form) {
  const holder = form.closest("[data-kind]");
  const query = new URLSearchParams({ kind: holder.dataset.kind, published: panes.dataset.published });
  const time = form.querySelector("[name='field.duration_hours']");
  for (const input of form.querySelectorAll(".value-input")) {
    // the ends of a time that is being corrected go with it
    const goesAlong = time && isChanged(time) && /duration_hours_/.test(input.name) && !isChanged(input);
    query.set(input.name, goesAlong ? "" : input.value);
  }
  asked.get(form)?.abort();
  const stop = new AbortController();
  asked.set(form, stop);
  let read;
  try {
    const answer = await fetch(`${panes.dataset.address}/check?${query}`, {
      headers: { Accept: "application/json" }, signal: stop.signal,
    });
    if (!answer.ok) return;
    read = await answer.json();
  } catch {
    return; // asked anew, or no server: saving will tell
  }
  if (!form.isConnected) return;
  for (const input of form.querySelectorAll(".value-input")) showReading(input, read);
  showBurden(form.querySelector("[data-burden]"), read.burden);
  showProposal(form.querySelector("[data-proposal]"), read.proposal);
}

function showReading(input, read) {
  const name = input.name.replace("field.", "");
  const note = document.getElementById(input.getAttribute("aria-describedby"));
  const changed = isChanged(input);
  const error = changed || input.closest(".add-form") ? read.errors[name] : "";
  input.toggleAttribute("aria-invalid", false);
  if (error) input.setAttribute("aria-invalid", "true");
  if (note.dataset.before === undefined) note.dataset.before = note.textContent;
  if (error) { note.textContent = error; note.className = "value-note error"; return; }
  note.className = "value-note";
  const shown = read.shown[name];
  const says = changed && shown !== input.value.trim() ? `= ${shown === "-" ? "not said" : shown}` : "";
  const words = [says, changed ? read.notes[name] : ""].filter(Boolean).join(" · ");
  note.textContent = words || note.dataset.before;
}

/** Whether a field no longer holds what the page came with. */
export function isChanged(input) {
  if (input.tagName === "SELECT") {
    const before = [...input.options].find((option) => option.defaultSelected) || input.options[0];
    return input.value !== before.value;
  }
  return input.value.trim() !== input.defaultValue.trim();
}

function showBurden(place, burden) {
  if (!place) return;
  place.replaceChildren();
  if (!burden) { place.append(piece("span", "burden-reason", "No burden: a field can't be read")); return; }
  if (!burden.flop) { place.append(piece("span", "burden-reason", `No burden: ${burden.reason}`)); return; }
  place.append(piece("strong", "burden-flop", `${burden.flop} FLOP`), " ");
  if (burden.interval) place.append(piece("span", "burden-interval", `(${burden.interval})`), " ");
  place.append(piece("span", "burden-method", burden.method));
}

function showProposal(place, html) {
  if (!place) return;
  const made = document.importNode(new DOMParser().parseFromString(html, "text/html").querySelector("[data-proposal]"), true);
  const fold = made.querySelector("details");
  if (fold) fold.open = Boolean(place.querySelector("details[open]"));
  place.replaceWith(made);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest(".take-name");
  if (button) takeName(button);
});

/** The name that a button proposes takes the place of the one in the field. */
export function takeName(button) {
  const input = button?.closest("form").querySelector("[name='field.accelerator']");
  if (!input) return;
  input.value = button.dataset.name;
  input.focus();
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

function piece(tag, kind, text) {
  const made = document.createElement(tag);
  if (kind) made.className = kind;
  made.textContent = text;
  return made;
}
