// Toasts: [data-toast] goes away by its [data-toast-close] button, or by itself after
// data-toast-seconds unless someone points at it or has focus in it. A "toast" event with
// {text, tone} (the server may trigger one through htmx) makes a new one from the page's
// <template data-toast-template>.

// htmx may put another message into the same toast: its time begins anew.
const watched = new WeakMap();

const watch = (toast) => {
  const { text, timer } = watched.get(toast) ?? {};
  if (text === toast.textContent) return;
  window.clearTimeout(timer);
  const wait = (seconds) => {
    const next = window.setTimeout(leave, seconds * 1000);
    watched.set(toast, { text: toast.textContent, timer: next });
  };
  const leave = () => {
    if (toast.matches(":hover, :focus-within")) wait(2);
    else toast.remove();
  };
  const seconds = Number(toast.dataset.toastSeconds);
  if (seconds) wait(seconds);
};

document.addEventListener("click", (event) => {
  event.target.closest("[data-toast-close]")?.closest("[data-toast]")?.remove();
});

document.addEventListener("toast", (event) => {
  const template = document.querySelector("template[data-toast-template]");
  const region = document.querySelector("[data-toasts]");
  if (!template || !region || !event.detail?.text) return;
  const toast = template.content.firstElementChild.cloneNode(true);
  toast.querySelector("[data-toast-text]").textContent = event.detail.text;
  if (event.detail.tone) toast.classList.add(`toast--${event.detail.tone}`);
  if (event.detail.tone === "danger") delete toast.dataset.toastSeconds;
  region.append(toast);
  watch(toast);
});

// A form that was sent without leaving its page: nobody else would say that no answer came.
document.addEventListener("htmx:error", (event) => {
  const text = document.querySelector("[data-no-answer]")?.dataset.noAnswer;
  if (!event.target.matches?.("form") || !text) return;
  document.dispatchEvent(new CustomEvent("toast", { detail: { text, tone: "danger" } }));
});

const watchAll = () => document.querySelectorAll("[data-toast]").forEach(watch);
watchAll();
document.addEventListener("htmx:after:swap", watchAll);
