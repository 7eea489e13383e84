// A checkbox or radio button with data-reveals="id" shows that part of the page while it is chosen.
// What is hidden is also disabled if it is a fieldset, so that it is not sent.

const apply = () => {
  for (const control of document.querySelectorAll("[data-reveals]")) {
    const part = document.getElementById(control.dataset.reveals);
    if (!part) continue;
    part.hidden = !control.checked;
    if (part.matches("fieldset")) part.disabled = !control.checked;
  }
};

document.addEventListener("change", apply);
document.addEventListener("htmx:after:swap", apply);
window.addEventListener("pageshow", apply);
apply();
