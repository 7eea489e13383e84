// Stands in for a hosted frame: a token that nobody has used is there at once.

for (const field of document.querySelectorAll("[data-dummy-token]")) {
  field.value = `once-${crypto.randomUUID()}`;
}
