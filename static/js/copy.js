// data-copy="id": copies that element's text or value and says so through a toast.

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
  const text = button.dataset.copied;
  document.dispatchEvent(new CustomEvent("toast", { detail: { text, tone: "success" } }));
});
