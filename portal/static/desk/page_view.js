// The page of the PDF: its picture, the boxes of the evidence over it, and its words to be selected.

const SVG = "http://www.w3.org/2000/svg";
const ZOOMS = [0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 2.5, 3];
const FIT = ZOOMS.indexOf(1);
const LEAST_DPI = 144;
const MOST_DPI = 288;
const BUSY = 503;
const AGAIN_MILLISECONDS = 2000;

const byId = (id) => document.getElementById(id);
const panes = byId("panes");
const sheet = byId("sheet");
const scroller = byId("page-scroll");
const image = byId("page-image");
const problem = byId("page-problem");
const pages = Number(panes.dataset.pages);

let page = Number(panes.dataset.page);
let zoom = FIT;
let words = null; // {width, height, words} of the page shown
let focused = null; // digest of the record whose boxes are strong
let selected = []; // boxes of the words that are to be added
const kept = new Map(); // words of pages seen, by number

const overlay = document.createElementNS(SVG, "svg");
overlay.setAttribute("class", "boxes");
overlay.setAttribute("aria-hidden", "true");
const layer = document.createElement("div");
layer.className = "words";
layer.setAttribute("aria-hidden", "true");
sheet.append(overlay, layer);

export const currentPage = () => page;

function pageAddress(number, name) {
  return `${panes.dataset.pagesAddress}/${number}${name}`;
}

function wantedDpi() {
  const width = sheet.clientWidth * window.devicePixelRatio;
  const inches = (words ? words.width : 612) / 72;
  return Math.min(MOST_DPI, Math.max(LEAST_DPI, Math.ceil(width / inches)));
}

function loadImage() {
  const address = `${pageAddress(page, ".webp")}?dpi=${wantedDpi()}`;
  if (image.getAttribute("src") !== address) image.src = address;
  image.alt = `Page ${page} of the paper`;
}

image.addEventListener("error", async () => {
  const address = image.getAttribute("src");
  const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
  if (image.getAttribute("src") !== address) return;
  if (answer && (answer.ok || answer.status === BUSY)) {
    window.setTimeout(() => { image.src = address; }, AGAIN_MILLISECONDS);
    return;
  }
  const said = answer && (await answer.json().catch(() => null));
  problem.textContent = (said && said.error) || "The page can't be shown just now.";
  problem.hidden = false;
});
image.addEventListener("load", () => { problem.hidden = true; });

async function wordsOf(number) {
  if (!kept.has(number)) {
    const answer = await fetch(pageAddress(number, "/words.json"), { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error("no words");
    kept.set(number, await answer.json());
  }
  return kept.get(number);
}

/** Show another page; the promise is done when its boxes are drawn. */
export async function showPage(number) {
  number = Math.max(1, Math.min(pages, number));
  const other = number !== page;
  page = number;
  if (other) {
    words = null;
    overlay.replaceChildren();
    layer.replaceChildren();
    scroller.scrollTo(0, 0);
    byId("page-number").textContent = String(page);
    for (const [id, target, off] of [["previous-page", page - 1, page <= 1], ["next-page", page + 1, page >= pages]]) {
      byId(id).classList.toggle("is-off", off);
      byId(id).search = `?page=${Math.max(1, Math.min(pages, target))}`;
    }
  }
  loadImage();
  try {
    const found = await wordsOf(number);
    if (page !== number) return;
    if (words !== found) {
      words = found;
      layWords();
      if (image.naturalWidth === 0 || wantedDpi() > LEAST_DPI) loadImage();
    }
    drawBoxes();
  } catch {
    // a page without words still has its picture; its boxes want the page's size
  }
}

function layWords() {
  sheet.style.aspectRatio = `${words.width} / ${words.height}`;
  overlay.setAttribute("viewBox", `0 0 ${words.width} ${words.height}`);
  layer.replaceChildren();
  words.words.forEach(([x0, y0, x1, y1, text], index) => {
    const span = document.createElement("span");
    span.textContent = `${text} `;
    span.dataset.index = String(index);
    span.style.left = `${(100 * x0) / words.width}%`;
    span.style.top = `${(100 * y0) / words.height}%`;
    span.style.width = `${(100 * (x1 - x0)) / words.width}%`;
    span.style.height = `${(100 * (y1 - y0)) / words.height}%`;
    span.style.fontSize = `${(100 * (y1 - y0) * 0.8) / words.width}cqw`;
    layer.append(span);
  });
}

/** Draw the boxes of all records on this page; those of the record in focus are strong. */
export function drawBoxes() {
  if (!words) return;
  const drawn = new Map(); // by place: where several records stand on the same words, one box is drawn
  for (const record of document.querySelectorAll(".record")) {
    const strong = record.dataset.digest === focused;
    if (record.dataset.state === "rejected" && !strong) continue;
    if (!strong && record.closest("details.group:not([open])")) continue;
    for (const [number, ...place] of JSON.parse(record.dataset.boxes)) {
      const known = String(place);
      if (number !== page || (drawn.has(known) && !strong)) continue;
      drawn.set(known, [strong, box(...place, `box colour-${record.dataset.colour}`, strong)]);
    }
  }
  const ordered = [...drawn.values()].sort((one, other) => one[0] - other[0]);
  overlay.replaceChildren(...ordered.map(([, rect]) => rect), ...selected);
}

function box(x0, y0, x1, y1, kind, strong) {
  const rect = document.createElementNS(SVG, "rect");
  const margin = 1.5;
  rect.setAttribute("x", x0 - margin);
  rect.setAttribute("y", y0 - margin);
  rect.setAttribute("width", x1 - x0 + 2 * margin);
  rect.setAttribute("height", y1 - y0 + 2 * margin);
  rect.setAttribute("rx", "2");
  rect.setAttribute("class", strong ? `${kind} is-strong` : kind);
  return rect;
}

/** Make a record's evidence the strong one and bring it into sight, on whichever page it stands. */
export async function showEvidence(record) {
  focused = record.dataset.digest;
  const boxes = JSON.parse(record.dataset.boxes);
  const here = boxes.some(([number]) => number === page);
  const standsElsewhere = record.dataset.page === ""; // in another PDF than the one shown
  if (!here && !standsElsewhere) await showPage(boxes.length ? boxes[0][0] : Number(record.dataset.page));
  drawBoxes();
  const first = overlay.querySelector(".is-strong");
  if (!first) return;
  const seen = scroller.getBoundingClientRect();
  const place = first.getBoundingClientRect();
  if (place.top < seen.top + 40 || place.bottom > seen.bottom - 40) {
    scroller.scrollBy({ top: place.top - seen.top - seen.height / 3 });
  }
  if (place.left < seen.left || place.right > seen.right) {
    scroller.scrollBy({ left: place.left - seen.left - 40 });
  }
}

export function changeZoom(step) {
  const middle = (scroller.scrollTop + scroller.clientHeight / 2) / scroller.scrollHeight;
  zoom = step === 0 ? FIT : Math.max(0, Math.min(ZOOMS.length - 1, zoom + step));
  sheet.style.width = `${100 * ZOOMS[zoom]}%`;
  scroller.scrollTop = middle * scroller.scrollHeight - scroller.clientHeight / 2;
  loadImage();
}

// Selected words: those that the mouse marks on the page, or those of a quote that is written in a form.

/** The numbers of the words that are marked on the page, and the words; null for none. */
export function selection() {
  const marked = window.getSelection();
  if (!words || marked.isCollapsed || marked.rangeCount === 0) return null;
  const range = marked.getRangeAt(0);
  if (!layer.contains(range.commonAncestorContainer)) return null;
  const spans = [...layer.children].filter((span) => range.intersectsNode(span) && touches(range, span));
  if (spans.length === 0) return null;
  return asSelection(spans.map((span) => Number(span.dataset.index)));
}

/** A range that ends before a word's first letter, or begins behind its last, does not mean it. */
function touches(range, span) {
  const text = span.firstChild;
  if (range.endContainer === text && range.endOffset === 0) return false;
  if (range.endContainer === span && range.endOffset === 0) return false;
  return !(range.startContainer === text && range.startOffset >= text.length - 1);
}

/** Where written words stand on this page; null where they do not. */
export function findWords(quote) {
  if (!words) return null;
  const wanted = letters(quote);
  if (wanted.length < 3) return null;
  let joined = "";
  const owners = [];
  words.words.forEach((word, index) => {
    for (const letter of letters(word[4])) { joined += letter; owners.push(index); }
  });
  let start = joined.indexOf(wanted);
  while (start > 0 && owners[start - 1] === owners[start]) start = joined.indexOf(wanted, start + 1);
  if (start < 0) return null;
  const last = owners[start + wanted.length - 1];
  return asSelection(Array.from({ length: last - owners[start] + 1 }, (_, step) => owners[start] + step));
}

function letters(text) {
  return text.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
}

function asSelection(indexes) {
  return { page, indexes, quote: indexes.map((index) => words.words[index][4]).join(" ") };
}

/** Keep the words of a selection marked while a form is filled in; null clears them. */
export function markSelection(found) {
  selected = found && words
    ? found.indexes.map((index) => { const [x0, y0, x1, y1] = words.words[index]; return box(x0, y0, x1, y1, "box selected", false); })
    : [];
  drawBoxes();
}
