// Buttons that copy a text: `data-copies` is the text, the next element says that it was done.

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  const told = button.nextElementSibling;
  try {
    await navigator.clipboard.writeText(button.dataset.copies);
    told.textContent = "Copied";
  } catch {
    told.textContent = "The browser does not let it be copied: mark the text by hand.";
  }
});
