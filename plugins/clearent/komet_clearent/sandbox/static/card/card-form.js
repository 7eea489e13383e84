/* Inside the frame: checks what was typed and trades the card for a one-time token. */
import { brandOf, formatNumber, problemsOf, readExpiry } from "./card-rules.js";

const DEADLINE_MS = 20000;
const address = new URLSearchParams(location.search);
const hostOrigin = address.get("host");
const form = document.getElementById("card-form");
const fields = {
  number: document.getElementById("card-number"),
  expiry: document.getElementById("expiry"),
  code: document.getElementById("security-code"),
};
const brand = document.getElementById("brand");
const ownStyles = new CSSStyleSheet();
let options = {};
let busy = false;

function send(kind, value) {
  window.parent.postMessage({ clearent: "frame", kind, value }, hostOrigin);
}

function digits(field) {
  return field.value.replace(/\D/g, "");
}

function typed() {
  return {
    number: digits(fields.number),
    expiry: readExpiry(fields.expiry.value),
    code: digits(fields.code),
    codeRequired: options.cvcRequired !== false,
  };
}

function show(name, problem) {
  const place = document.getElementById(`${fields[name].id}-problem`);
  const shown = options.showValidationMessages === false ? "" : problem || "";
  if (place.textContent !== shown) place.textContent = shown;
  fields[name].setAttribute("aria-invalid", problem ? "true" : "false");
}

function showAll(problems) {
  for (const name of Object.keys(fields)) show(name, problems[name]);
}

function reset() {
  form.reset();
  brand.textContent = "";
  showAll({});
}

async function request(card) {
  const answer = await fetch("/rest/v2/mobilejwt/manual", {
    method: "POST",
    credentials: "omit",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/json",
      "public-key": address.get("pk"),
    },
    body: JSON.stringify({
      card: card.number,
      "exp-date": card.expiry,
      ...(card.code && { csc: card.code }),
      "software-type": "clearent-host",
      "software-type-version": "1",
    }),
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  return { ok: answer.ok, text: await answer.text() };
}

function failed(text) {
  let object;
  try {
    object = JSON.parse(text);
  } catch {
    const error = { "error-message": "The gateway cannot be reached.", "result-code": "" };
    object = { code: "0", status: "fail", payload: { error, payloadType: "error" } };
  }
  send("error", { text: JSON.stringify(object), object });
}

async function submit() {
  const card = typed();
  const problems = problemsOf(card);
  showAll(problems);
  send("validation", Object.values(problems));
  const wrong = Object.keys(problems)[0];
  if (wrong) {
    fields[wrong].focus();
    return;
  }
  if (busy) return;
  busy = true;
  try {
    const answer = await request(card);
    if (!answer.ok) return failed(answer.text);
    if (options.clearFormOnSuccess) reset();
    send("token", answer.text);
  } catch {
    failed("");
  } finally {
    busy = false;
  }
}

function setUp(given) {
  options = given;
  ownStyles.replaceSync(typeof given.styles === "string" ? given.styles : "");
  const placeholders = {
    number: given.cardPlaceholder,
    expiry: given.expDatePlaceholder ?? "MMYY",
    code: given.cvcPlaceholder,
  };
  for (const [name, text] of Object.entries(placeholders)) fields[name].placeholder = text ?? "";
  fields.code.classList.toggle("is-masked", given.cvcMasked !== false);
  if (given.allowAutoComplete === false) form.autocomplete = "off";
}

function receive(event) {
  const fromHost = event.source === window.parent && event.origin === hostOrigin;
  if (!fromHost || event.data?.clearent !== "host") return;
  const { kind, value } = event.data;
  if (kind === "options") setUp(value);
  else if (kind === "scheme") {
    document.documentElement.style.colorScheme = value === "normal" ? "light" : value;
  } else if (kind === "submit") submit();
  else if (kind === "reset") reset();
}

function start() {
  document.adoptedStyleSheets = [ownStyles];
  window.addEventListener("message", receive);
  form.addEventListener("submit", (event) => event.preventDefault());
  fields.number.addEventListener("input", () => {
    brand.textContent = brandOf(digits(fields.number));
    const atEnd = fields.number.selectionStart === fields.number.value.length;
    if (atEnd) fields.number.value = formatNumber(digits(fields.number));
  });
  for (const [name, field] of Object.entries(fields)) {
    field.addEventListener("input", () => show(name, ""));
    field.addEventListener("blur", () => field.value && show(name, problemsOf(typed())[name]));
  }
  /* Only the form's own height: the document is never smaller than its frame. */
  new ResizeObserver(() => send("height", Math.ceil(form.offsetHeight))).observe(form);
  send("ready", { resolvesText: form.dataset.resolvesText === "true" });
}

if (hostOrigin && window.parent !== window) start();
