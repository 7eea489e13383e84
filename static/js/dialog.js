// data-dialog-open="id" opens that <dialog>; data-dialog-close closes the one around it.
// Put data-dialog-open on a link to the same content: without scripts the link is followed.

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog-open]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialogOpen);
    if (!dialog) return;
    event.preventDefault();
    dialog.showModal();
    return;
  }
  const closer = event.target.closest("[data-dialog-close]");
  if (closer) {
    event.preventDefault();
    closer.closest("dialog")?.close();
    return;
  }
  if (event.target.matches("dialog[data-dialog-light]")) event.target.close();
});
