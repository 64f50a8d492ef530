// The records as they once stood: the page of the PDF and the evidence on it, nothing to decide.

import { changeZoom, currentPage, showEvidence, showPage } from "./page_view.js";

const byId = (id) => document.getElementById(id);
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
  showEvidence(link.closest(".record"));
});
await showPage(currentPage());
document.documentElement.dataset.ready = "yes";
