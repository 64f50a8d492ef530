// Of a long paper most cards come without their form. They get it when they come into sight, or before a key acts on
// them; without scripts, the link on the card asks for the page with it.

import { say } from "./saving.js";
import { focusRecord, recordOf, takeCards } from "./records.js";

const MOST_AT_ONCE = 20; // as the server has it
const list = document.getElementById("records");
const panes = document.getElementById("panes");

const wanted = new Map(); // by digest: what is told when the form is there, or can't be had
const inSight = new Set(); // digests of cards without form that are in sight, or will soon be
let asking = false;

export const isBare = (record) => record?.dataset.form === "none";

/** The record with its form; null where it can't be had. */
export function withForm(record) {
  if (!isBare(record)) return Promise.resolve(record);
  return new Promise((told) => {
    const { digest } = record.dataset;
    wanted.set(digest, [...(wanted.get(digest) || []), told]);
    ask();
  });
}

async function ask() {
  const digests = [...new Set([...wanted.keys(), ...inSight])].slice(0, MOST_AT_ONCE);
  if (asking || digests.length === 0) return;
  asking = true;
  const cards = await cardsOf(digests);
  asking = false;
  // a save may have brought a later one meanwhile
  takeCards(Object.fromEntries(Object.entries(cards).filter(([digest]) => isBare(recordOf(digest)))));
  for (const digest of digests) {
    const record = recordOf(digest);
    for (const told of wanted.get(digest) || []) told(isBare(record) ? null : record);
    wanted.delete(digest);
    inSight.delete(digest);
  }
  ask();
}

async function cardsOf(digests) {
  const query = new URLSearchParams(digests.map((digest) => ["fact", digest]));
  const answer = await fetch(`${panes.dataset.address}/cards?${query}`, { headers: { Accept: "application/json" } }).catch(() => null);
  const said = answer && (await answer.json().catch(() => null));
  if (answer?.ok && said) return said.cards;
  const needed = digests.some((digest) => wanted.has(digest));
  if (needed) say(`The record can't be opened: ${said?.error || "the server can't be reached."}`, "bad");
  return {};
}

const sight = new IntersectionObserver((seen) => {
  for (const { target, isIntersecting } of seen) {
    if (isIntersecting) inSight.add(target.dataset.digest);
    else inSight.delete(target.dataset.digest);
  }
  ask();
}, { root: list, rootMargin: "50%" });
for (const record of list.querySelectorAll("[data-form=none]")) sight.observe(record);

list.addEventListener("click", async (event) => {
  const link = event.target.closest(".open-card");
  if (!link) return;
  event.preventDefault();
  focusRecord(await withForm(link.closest(".record")));
});
