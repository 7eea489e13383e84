// Starts what the pages ask for by data-* attributes. Every module listens on the document, so
// that parts swapped in later work without being bound again.
import "./auto-submit.js";
import "./copy.js";
import "./countdown.js";
import "./dialog.js";
import "./disable-on-submit.js";
import "./menu.js";
import "./print.js";
import "./quantity.js";
import "./reveal.js";
import "./select-all.js";
import "./toast.js";

document.documentElement.dataset.js = "";
