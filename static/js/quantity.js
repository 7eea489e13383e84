// [data-quantity]: buttons with data-step="-1" and "1" change the number field between them by its
// own step, within its min and max, and let it tell the page that it changed.

const refresh = (box) => {
  const input = box.querySelector("input");
  const value = Number(input.value);
  for (const button of box.querySelectorAll("[data-step]")) {
    const down = Number(button.dataset.step) < 0;
    const limit = down ? input.min : input.max;
    button.disabled = limit !== "" && (down ? value <= Number(limit) : value >= Number(limit));
  }
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-quantity] [data-step]");
  if (!button) return;
  const box = button.closest("[data-quantity]");
  const input = box.querySelector("input");
  if (Number(button.dataset.step) < 0) input.stepDown();
  else input.stepUp();
  refresh(box);
  input.dispatchEvent(new Event("change", { bubbles: true }));
});

document.addEventListener("input", (event) => {
  const box = event.target.closest?.("[data-quantity]");
  if (box) refresh(box);
});

const refreshAll = () => document.querySelectorAll("[data-quantity]").forEach(refresh);
refreshAll();
document.addEventListener("htmx:after:swap", refreshAll);
