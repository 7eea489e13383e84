// form[data-auto-submit]: a changed choice is sent at once; its own button, marked
// .without-script, is then not needed.

document.addEventListener("change", (event) => {
  event.target.closest?.("form[data-auto-submit]")?.requestSubmit();
});
