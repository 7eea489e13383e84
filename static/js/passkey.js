// form[data-passkey="create"]: the device makes a new passkey; "get": it uses one that it has. What
// it is asked is JSON in data-passkey-options; its answer goes into the field named "credential" and
// the form is sent. The device is asked when the page opens, and again by the form's button.

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const withBytes = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

const asked = (kind, options) => {
  const question = { ...options, challenge: bytes(options.challenge) };
  if (kind === "get") {
    question.allowCredentials = withBytes(options.allowCredentials);
  } else {
    question.user = { ...options.user, id: bytes(options.user.id) };
    question.excludeCredentials = withBytes(options.excludeCredentials);
  }
  return { publicKey: question };
};

const PARTS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];

const answered = (credential) => {
  const response = {};
  for (const part of PARTS) if (credential.response[part]) response[part] = text(credential.response[part]);
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  const { id, type } = credential;
  return JSON.stringify({ id, type, rawId: text(credential.rawId), response });
};

const show = (form, what) => {
  for (const part of ["waiting", "failed", "taken", "unknown"]) {
    form.querySelector(`[data-passkey-${part}]`).hidden = part !== what;
  }
};

let pending = null;

const ask = async (form) => {
  if (!window.PublicKeyCredential) return show(form, "unknown");
  show(form, "waiting");
  pending?.abort();
  pending = new AbortController();
  const kind = form.dataset.passkey;
  const { signal } = pending;
  try {
    const question = asked(kind, JSON.parse(form.dataset.passkeyOptions));
    const credential = await navigator.credentials[kind]({ ...question, signal });
    form.elements.credential.value = answered(credential);
  } catch (error) {
    if (signal.aborted) return;
    return show(form, error.name === "InvalidStateError" ? "taken" : "failed");
  }
  form.submit();
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(form);
  });
  ask(form);
}
