/* Draws the charts of a page where they stand, and lets them be walked through by mouse, finger and keys.

   A figure names its rows and specifications (data-chart) and the library that draws them (data-library). The library
   evaluates no text as code: expressions are interpreted, as the content security policy wants it. */

const NARROW_PIXELS = 560;
const MOVED_PIXELS = 5;
const dark = matchMedia("(prefers-color-scheme: dark)");
const drawn = new WeakMap();

export function drawCharts(within = document) {
  for (const figure of within.querySelectorAll("figure[data-chart]")) {
    if (!drawn.has(figure)) {
      const chart = new LiveChart(figure);
      drawn.set(figure, chart);
      chart.start();
    }
  }
}

/* Before these figures leave the page: nothing of them stays behind. */
export function stopCharts(within) {
  for (const figure of within.querySelectorAll("figure[data-chart]")) drawn.get(figure)?.stop();
}

class LiveChart {
  constructor(figure) {
    this.figure = figure;
    this.frame = figure.querySelector(".chart-frame");
    this.live = figure.querySelector(".chart-live");
    this.told = figure.querySelector(".chart-told");
    this.said = figure.querySelector("[data-chart-said]");
    this.tools = figure.querySelector(".chart-tools");
    this.reset = figure.querySelector("[data-chart-reset]");
    this.at = -1;
    this.shownRow = null;
    this.pressed = null;
    this.drawing = 0;
    this.stopped = new AbortController();
  }

  stop() {
    this.stopped.abort();
    this.vega?.finalize();
    this.vega = null;
  }

  async start() {
    const { signal } = this.stopped;
    this.live.hidden = false;
    this.live.textContent = "";
    const waits = document.createElement("p");
    waits.className = "chart-waits muted";
    waits.textContent = "Drawing the chart…";
    this.live.append(waits);
    try {
      const narrow = this.frame.clientWidth < NARROW_PIXELS;
      const address = narrow ? this.figure.dataset.narrowChart : this.figure.dataset.chart;
      const [answer] = await Promise.all([fetch(address, { signal }), import(this.figure.dataset.library)]);
      if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
      this.take(await answer.json());
      await this.draw();
      if (signal.aborted) return;
      this.offerTools();
      this.listenToKeys();
      dark.addEventListener("change", () => this.draw(), { signal });
    } catch (error) {
      if (signal.aborted) return;
      console.error("A chart can't be drawn here, its picture is shown:", error);
      this.showPicture();
    }
  }

  /* Rows come in columns; the one that leads somewhere is the one that is walked through. */
  take(view) {
    this.view = view;
    this.rows = {};
    for (const [name, table] of Object.entries(view.tables)) {
      this.rows[name] = table.rows.map((row) => Object.fromEntries(table.columns.map((column, at) => [column, row[at]])));
    }
    this.walked = view.links ? this.rows[view.links.table] : Object.values(this.rows)[0] ?? [];
  }

  async draw() {
    const drawing = (this.drawing += 1);
    const spec = this.view.specs[dark.matches ? "dark" : "light"];
    this.vega?.finalize();
    const made = await window.vegaEmbed(this.live, spec, {
      actions: false, ast: true, defaultStyle: false, renderer: "canvas", tooltip: () => {},
      patch: (made) => {
        for (const data of made.data) if (this.rows[data.name]) data.values = this.rows[data.name];
        return made;
      },
    });
    if (drawing !== this.drawing || this.stopped.signal.aborted) {
      made.finalize();
      return;
    }
    this.vega = made.view;
    this.figure.dataset.drawn = String(this.walked.length);
    this.listenToMouse();
  }

  showPicture() {
    this.live.hidden = true;
    this.frame.classList.add("chart-scripted");
    const kept = this.frame.querySelector("noscript");
    if (kept) {
      const picture = new DOMParser().parseFromString(kept.textContent, "text/html").querySelector("picture");
      if (picture) kept.replaceWith(picture);
    }
  }

  /* Mouse and finger: hovering tells, a click leads on; a finger's first touch tells, its second leads on. */
  listenToMouse() {
    this.vega.addEventListener("pointermove", (event, item) => {
      const row = this.rowOf(item);
      if (row) this.tell(row, event.clientX, event.clientY);
      else if (event.pointerType !== "touch") this.hush();
    });
    this.vega.addEventListener("pointerout", () => this.hush());
    this.vega.addEventListener("pointerdown", (event, item) => {
      const row = this.rowOf(item);
      this.pressed = { known: this.shownRow, x: event.clientX, y: event.clientY, row };
      if (row) this.tell(row, event.clientX, event.clientY);
    });
    for (const name of ["zoom_x", "zoom_error"]) {
      try {
        this.vega.addSignalListener(name, () => { this.reset.hidden = false; });
      } catch { /* this chart stays as it is drawn */ }
    }
  }

  /* A press that moved the chart opens nothing. */
  opens(event) {
    const pressed = this.pressed;
    if (!pressed?.row) return;
    const stayed = Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) < MOVED_PIXELS;
    if (stayed && (event.pointerType !== "touch" || pressed.known === pressed.row)) {
      this.follow(pressed.row, event.ctrlKey || event.metaKey || event.shiftKey);
    }
  }

  rowOf(item) {
    const row = item?.datum;
    return row && this.view.told.length && this.view.told[0].column in row ? row : null;
  }

  follow(row, elsewhere) {
    const links = this.view.links;
    if (!links || !row[links.column]) return;
    const address = links.base + encodeURIComponent(row[links.column]);
    if (elsewhere) window.open(address, "_blank", "noopener");
    else location.assign(address);
  }

  listenToKeys() {
    const live = this.live;
    live.tabIndex = 0;
    live.setAttribute("role", "application");
    live.setAttribute("aria-roledescription", "chart");
    const way = this.view.links ? "Arrow keys go from point to point, Enter opens one." : "Arrow keys go through its figures.";
    live.setAttribute("aria-label", `${this.view.title}. ${live.dataset.description} ${way}`);
    live.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const last = this.walked.length - 1;
      const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 25, PageDown: -25 };
      if (event.key in steps) this.goTo(Math.min(Math.max(this.at + steps[event.key], 0), last));
      else if (event.key === "Home") this.goTo(0);
      else if (event.key === "End") this.goTo(last);
      else if (event.key === "Enter" && this.at >= 0) this.follow(this.walked[this.at], false);
      else if (event.key === "Escape" && !document.fullscreenElement) this.hush();
      else return;
      event.preventDefault();
    });
    live.addEventListener("click", (event) => this.opens(event));
    live.addEventListener("blur", () => { this.hush(); this.ring([]); });
  }

  goTo(at) {
    const row = this.walked[at];
    if (!row) return;
    this.at = at;
    this.ring([row]);
    const box = this.live.getBoundingClientRect();
    const place = this.placeOf(row);
    this.tell(row, box.left + place.x, box.top + place.y);
    this.said.textContent = `${this.linesOf(row).join(", ")}. ${at + 1} of ${this.walked.length}.`;
  }

  ring(rows) {
    try {
      this.vega.data("focus", rows).runAsync();
    } catch { /* a chart without rings: its figures stand in the words */ }
  }

  /* Where a point is drawn, from the corner of the chart. */
  placeOf(row) {
    const padding = this.vega.padding();
    const [left, top] = this.vega.origin().map((at, axis) => at + (axis ? padding.top : padding.left));
    try {
      const y = row.error ?? row.y;
      return { x: left + this.vega.scale("x")(row.x), y: top + this.vega.scale("y")(y) };
    } catch {
      return { x: left, y: top };
    }
  }

  linesOf(row) {
    const lines = [];
    for (const { column, kind, label } of this.view.told) {
      const text = written(row[column], kind);
      if (text) lines.push(label ? `${label} ${text}` : text);
    }
    return lines;
  }

  tell(row, clientX, clientY) {
    if (this.shownRow !== row) {
      this.shownRow = row;
      const lines = this.linesOf(row).map((line, at) => paragraph(line, at === 0 ? "chart-told-name" : ""));
      if (this.view.links) lines.push(paragraph("Click, or Enter, for its evidence", "chart-told-way"));
      this.told.replaceChildren(...lines);
    }
    this.told.hidden = false;
    const frame = this.frame.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.told;
    const left = Math.min(Math.max(clientX - frame.left + 14, 0), Math.max(frame.width - width, 0));
    const below = clientY - frame.top + 14;
    const top = below + height > frame.height ? Math.max(clientY - frame.top - height - 10, 0) : below;
    this.told.style.transform = `translate(${left}px, ${top}px)`;
  }

  hush() {
    this.told.hidden = true;
    this.shownRow = null;
  }

  offerTools() {
    if (!this.tools) return;
    this.tools.hidden = false;
    const full = this.figure.querySelector("[data-chart-full]");
    if (!document.fullscreenEnabled) full.hidden = true;
    full.addEventListener("click", () => {
      if (document.fullscreenElement === this.figure) document.exitFullscreen();
      else this.figure.requestFullscreen();
    });
    document.addEventListener("fullscreenchange", () => {
      const is = document.fullscreenElement === this.figure;
      full.setAttribute("aria-pressed", String(is));
      full.textContent = is ? "Leave full screen" : "Full screen";
      requestAnimationFrame(() => dispatchEvent(new Event("resize")));
    }, { signal: this.stopped.signal });
    this.reset?.addEventListener("click", async () => {
      await this.draw();
      this.reset.hidden = true;
      this.live.focus();
    });
  }
}

function paragraph(text, className) {
  const made = document.createElement("p");
  made.textContent = text;
  made.className = className;
  return made;
}

const SUPERSCRIPTS = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

function written(value, kind) {
  if (value === null || value === undefined || value === "") return "";
  switch (kind) {
    case "percent": return `${Number(value.toPrecision(3))} %`;
    case "share": return `${Math.round(100 * value)} %`;
    case "year": return String(Math.floor(value));
    case "number": return value.toLocaleString("en");
    case "power": {
      const exponent = Math.floor(value + 1e-9);
      const raised = [...String(exponent)].map((digit) => SUPERSCRIPTS[digit]).join("");
      return `${(10 ** (value - exponent)).toFixed(1)} × 10${raised} FLOP`;
    }
    default: return String(value);
  }
}

drawCharts();
