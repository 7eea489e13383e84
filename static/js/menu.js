// <details data-menu>: closes on Escape, on a click elsewhere and when focus leaves it. Inside a table
// that scrolls in itself, its list is placed over the page, where the table cannot cut it off.

const openMenus = () => document.querySelectorAll("details[data-menu][open]");

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("focusin", (event) => {
  for (const menu of openMenus()) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    const heldFocus = menu.contains(document.activeElement);
    menu.open = false;
    if (heldFocus) menu.querySelector("summary").focus();
  }
});

const place = (menu) => {
  const list = menu.querySelector(".menu__list");
  const button = menu.querySelector("summary").getBoundingClientRect();
  list.style.position = "fixed";
  list.style.insetInlineStart = "auto";
  list.style.insetInlineEnd = `${document.documentElement.clientWidth - button.right}px`;
  const below = window.innerHeight - button.bottom;
  const opensUp = below < list.offsetHeight + 16 && button.top > below;
  list.style.top = opensUp ? "auto" : `${button.bottom + 6}px`;
  list.style.bottom = opensUp ? `${window.innerHeight - button.top + 6}px` : "auto";
};

// `toggle` does not bubble, so it is caught on its way down.
document.addEventListener(
  "toggle",
  (event) => {
    const menu = event.target;
    if (menu.matches("details[data-menu][open]") && menu.closest(".table-wrap")) place(menu);
  },
  true,
);

document.addEventListener(
  "scroll",
  () => {
    for (const menu of openMenus()) if (menu.closest(".table-wrap")) menu.open = false;
  },
  { capture: true, passive: true },
);
