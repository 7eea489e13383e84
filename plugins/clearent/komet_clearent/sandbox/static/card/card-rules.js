/* What a card number, expiry date and security code must look like. No page, no network. */

const BRANDS = [
  ["Visa", /^4/],
  ["Mastercard", /^(5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/],
  ["American Express", /^3[47]/],
  ["Diners Club", /^(30[0-5]|36|38)/],
  ["JCB", /^(352[89]|35[3-8])/],
  ["Discover", /^(6011|64[4-9]|65)/],
];

export function brandOf(number) {
  return BRANDS.find(([, pattern]) => pattern.test(number))?.[0] ?? "";
}

export function formatNumber(number) {
  const groups = brandOf(number) === "American Express" ? [4, 6, 5] : [4, 4, 4, 4, 3];
  const parts = [];
  let rest = number.slice(0, 19);
  for (const size of groups) {
    if (rest) parts.push(rest.slice(0, size));
    rest = rest.slice(size);
  }
  return parts.join(" ");
}

/* "1230", "12/30" and "12 / 2030" all become "1230"; anything else becomes "". */
export function readExpiry(text) {
  const found = /^\s*(0[1-9]|1[0-2])\s*[/-]?\s*(?:20)?(\d\d)\s*$/.exec(text);
  return found ? found[1] + found[2] : "";
}

function passesLuhn(number) {
  let sum = 0;
  for (let at = 0; at < number.length; at += 1) {
    const digit = Number(number[number.length - 1 - at]) * (1 + (at % 2));
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}

function numberProblem({ number }) {
  if (!number) return "Enter the card number.";
  if (number.length < 12 || number.length > 19 || !passesLuhn(number)) {
    return "This is not a complete card number. Check the digits.";
  }
  return "";
}

function expiryProblem({ expiry }) {
  if (!expiry) return "Enter month and year as on the card, for example 1230.";
  const now = new Date();
  const expired =
    2000 + Number(expiry.slice(2)) < now.getFullYear() ||
    (2000 + Number(expiry.slice(2)) === now.getFullYear() &&
      Number(expiry.slice(0, 2)) < now.getMonth() + 1);
  return expired ? "This card has expired. Use another card." : "";
}

function codeProblem({ number, code, codeRequired }) {
  if (!code && !codeRequired) return "";
  if (brandOf(number) === "American Express") {
    return code.length === 4 ? "" : "Enter the 4 digits on the front of the card.";
  }
  return code.length === 3 ? "" : "Enter the 3 digits on the back of the card.";
}

/* What is wrong, by field, in reading order; empty when the card can be sent. */
export function problemsOf(card) {
  const problems = {
    number: numberProblem(card),
    expiry: expiryProblem(card),
    code: codeProblem(card),
  };
  return Object.fromEntries(Object.entries(problems).filter(([, problem]) => problem));
}
