/* A changed option redraws the chart in its place; the address always says what is shown. */

import { drawCharts, stopCharts } from "./charts.js";

const PARTS = ["chart", "points"];
let latest = 0;
let place = placeShown();

/* The address but for its hash, which changes nothing of what is shown. */
function placeShown() {
  return location.pathname + location.search;
}

function formOf() {
  return document.querySelector("form[data-live]");
}

function addressOf(form) {
  const query = new URLSearchParams();
  const data = [...new FormData(form)].filter(([, value]) => value !== "");
  const sources = form.querySelectorAll("input[name=source]");
  const allChosen = [...sources].every((source) => source.checked);
  for (const [name, value] of data) {
    if (name === "source" && allChosen) continue;
    if (name === "line") query.set(name, value);
    else query.append(name, value);
  }
  return `${form.action.split("?")[0]}?${query}`;
}

async function show(address, { remember = true } = {}) {
  const asked = (latest += 1);
  const options = formOf().closest(".benchmark-options");
  options.dataset.busy = "";
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (asked !== latest) return;
    if (!PARTS.every((name) => page.querySelector(`[data-live-part=${name}]`))) throw new Error(`${answer.status}`);
    const focused = document.activeElement?.id || document.activeElement?.name;
    for (const name of PARTS) {
      const old = document.querySelector(`[data-live-part=${name}]`);
      stopCharts(old);
      old.replaceWith(page.querySelector(`[data-live-part=${name}]`));
    }
    const notice = document.querySelector("#benchmark > .notice");
    const newNotice = page.querySelector("#benchmark > .notice");
    if (notice) notice.remove();
    if (newNotice) document.querySelector(".benchmark-grid").before(newNotice);
    document.querySelector("h1").textContent = page.querySelector("h1").textContent;
    document.title = page.title;
    const typing = focused && document.getElementById(focused)?.matches("input:not([type=checkbox])");
    if (!typing) {
      options.querySelector("form").replaceWith(page.querySelector("form[data-live]"));
      listen();
      if (focused) (document.getElementById(focused) ?? formOf().elements[focused])?.focus?.();
    }
    if (remember) {
      history.pushState(null, "", address);
      place = placeShown();
    }
    tellOfZooming();
    drawCharts();
  } catch {
    location.assign(address);
  } finally {
    if (asked === latest) delete options.dataset.busy;
  }
}

function listen() {
  const form = formOf();
  form.addEventListener("change", () => show(addressOf(form)));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    show(addressOf(form));
  });
}

/* Only a mouse has a wheel. */
function tellOfZooming() {
  for (const element of document.querySelectorAll("[data-zoomed]")) element.hidden = !matchMedia("(pointer: fine)").matches;
}

addEventListener("popstate", () => {
  const before = place;
  place = placeShown();
  if (place !== before) show(location.href, { remember: false });
});
listen();
tellOfZooming();
