// A checkbox with data-select-all="name" ticks every checkbox of that name in its form or table;
// [data-selected-count="name"] tells how many are ticked, and [data-selected-only="name"] is shown
// only while there are any.

const boxes = (name) => [...document.querySelectorAll(`input[type="checkbox"][name="${CSS.escape(name)}"]`)];

const refresh = (name) => {
  const all = boxes(name);
  const ticked = all.filter((box) => box.checked).length;
  for (const master of document.querySelectorAll(`[data-select-all="${CSS.escape(name)}"]`)) {
    master.checked = ticked > 0 && ticked === all.length;
    master.indeterminate = ticked > 0 && ticked < all.length;
  }
  for (const output of document.querySelectorAll(`[data-selected-count="${CSS.escape(name)}"]`)) {
    output.textContent = String(ticked);
  }
  for (const part of document.querySelectorAll(`[data-selected-only="${CSS.escape(name)}"]`)) {
    part.hidden = ticked === 0;
  }
};

document.addEventListener("change", (event) => {
  const name = event.target.dataset?.selectAll;
  if (name) {
    for (const box of boxes(name)) box.checked = event.target.checked;
    refresh(name);
  } else if (event.target.matches?.('input[type="checkbox"][name]')) {
    refresh(event.target.name);
  }
});

const refreshAll = () => {
  for (const master of document.querySelectorAll("[data-select-all]")) refresh(master.dataset.selectAll);
};
refreshAll();
document.addEventListener("htmx:after:swap", refreshAll);
