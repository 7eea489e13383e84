// form[data-auto-submit]: a changed choice is sent at once; its own button, marked
// .without-script, is then not needed. Somebody who walks through a list by the keys is not
// interrupted: the choice is sent when they press Enter or leave the list.
//
// a[data-after-change="place"]: pressed while a changed number is still in its field, it sends
// the number first, and the server goes on to that place.

let walked = null;
let goesTo = "";

const send = (form) => {
  if (goesTo && !form.elements.then) {
    const then = document.createElement("input");
    then.type = "hidden";
    then.name = "then";
    then.value = goesTo;
    form.append(then);
  }
  form.dataset.sending = "";
  form.requestSubmit();
};

const finishWalk = (select) => {
  if (walked !== select) return;
  walked = null;
  send(select.form);
};

document.addEventListener("pointerdown", (event) => {
  goesTo = event.target.closest?.("[data-after-change]")?.dataset.afterChange ?? "";
  if (event.target.matches?.("select")) walked = null;
});

document.addEventListener("keydown", (event) => {
  if (!event.target.matches?.("form[data-auto-submit] select")) return;
  if (event.key === "Enter" && walked === event.target) finishWalk(event.target);
  event.target.dataset.keys = "";
});

document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-auto-submit]");
  if (!form) return;
  if (event.target.dataset.keys !== undefined && event.target.matches("select")) {
    walked = event.target;
  } else {
    send(form);
  }
});

document.addEventListener("focusout", (event) => finishWalk(event.target));

document.addEventListener("click", (event) => {
  const isGoing = event.target.closest?.("[data-after-change]");
  if (isGoing && document.querySelector("form[data-sending]")) event.preventDefault();
});

window.addEventListener("pageshow", () => {
  goesTo = "";
  for (const form of document.querySelectorAll("form[data-sending]")) delete form.dataset.sending;
});
