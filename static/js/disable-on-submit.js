// form[data-disable-on-submit]: a second press of the button sends nothing. The server guards
// against doubles too; this only spares people the doubt. data-busy-label replaces the button's
// text while the answer is on its way.

const busy = (button) => {
  button.setAttribute("aria-disabled", "true");
  button.dataset.busy = "";
  if (!button.dataset.busyLabel) return;
  button.dataset.idleLabel = button.textContent;
  button.textContent = button.dataset.busyLabel;
};

const idle = (form) => {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[data-busy]")) {
    button.removeAttribute("aria-disabled");
    delete button.dataset.busy;
    if (button.dataset.idleLabel) button.textContent = button.dataset.idleLabel;
  }
};

const busyForms = () => document.querySelectorAll("form[data-sent]");

// Capturing, so that a second submit is stopped before anything else hears of it.
document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (!form.matches("[data-disable-on-submit]")) return;
    if (form.dataset.sent !== undefined) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    // After the other listeners: one of them may have refused the submit, or send it itself.
    window.setTimeout(() => {
      if (event.defaultPrevented && !form.matches("[hx-post], [data-hx-post]")) return;
      form.dataset.sent = "";
      if (event.submitter) busy(event.submitter);
    });
  },
  true,
);

// The browser's back button shows the page as it was left; htmx answers without a new page.
window.addEventListener("pageshow", () => busyForms().forEach(idle));
document.addEventListener("htmx:finally:request", () => busyForms().forEach(idle));
