// Toasts: [data-toast] goes away by its [data-toast-close] button, or by itself after
// data-toast-seconds unless someone points at it or has focus in it. A "toast" event with
// {text, tone} (the server may trigger one through htmx) makes a new one from the page's
// <template data-toast-template>.

const watch = (toast) => {
  const seconds = Number(toast.dataset.toastSeconds);
  if (!seconds) return;
  const leave = () => {
    if (toast.matches(":hover, :focus-within")) window.setTimeout(leave, 2000);
    else toast.remove();
  };
  window.setTimeout(leave, seconds * 1000);
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
  region.append(toast);
  watch(toast);
});

document.querySelectorAll("[data-toast]").forEach(watch);
