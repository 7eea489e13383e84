// Puts the gateway's one-time token into the shop's payment form, then submits that form once.

(() => {
  "use strict";

  const TOKEN_WAIT_MS = 30_000;
  const FRAME_WAIT_MS = 10_000;
  const FRAME_ID = "clearent-payment-form";
  // The vendor looks its callbacks up by these names on `window`.
  const CALLBACKS = {
    successCallback: "ClearentTokenSuccess",
    errorCallback: "ClearentTokenError",
  };

  class CardForm {
    constructor(root) {
      this.root = root;
      this.form = root.closest("form");
      this.token = root.querySelector("[data-clearent-token]");
      this.alert = root.querySelector("[data-clearent-error]");
      this.wait = root.querySelector("[data-clearent-wait]");
      this.isReady = false;
      this.isPassing = false;
      this.attempt = null;
      this.shown = null;
    }

    start() {
      this.wait.hidden = false;
      this.nameFrame();
      this.form.addEventListener("submit", (event) => this.onSubmit(event), true);
      window.addEventListener("pageshow", (event) => event.persisted && this.reset());
      window[CALLBACKS.successCallback] = (raw, parsed) => this.onToken(parsed ?? raw);
      window[CALLBACKS.errorCallback] = () => this.fail("unread");
      this.whenVendorIsHere(() => this.drawFields());
    }

    whenVendorIsHere(then) {
      const proceed = () => (window.ClearentSDK ? then() : this.show("blocked"));
      if (window.ClearentSDK || document.readyState === "complete") {
        proceed();
      } else {
        window.addEventListener("load", proceed, { once: true });
      }
    }

    drawFields() {
      try {
        window.ClearentSDK.init({
          baseUrl: this.root.dataset.baseUrl,
          pk: this.root.dataset.publicKey,
          paymentFormId: FRAME_ID,
          ...CALLBACKS,
        });
        this.isReady = true;
        this.wait.hidden = true;
        this.watchFrame();
      } catch {
        this.show("blocked");
      }
    }

    // A frame that never finishes loading says nothing by itself.
    watchFrame() {
      const frame = this.root.querySelector("iframe");
      if (!frame) {
        return;
      }
      const timer = setTimeout(() => this.show("blocked"), FRAME_WAIT_MS);
      frame.addEventListener("load", () => {
        clearTimeout(timer);
        // The fields answer before their frame has loaded: what they said must stay.
        if (this.shown === "blocked") {
          this.show(null);
        }
      });
    }

    nameFrame() {
      const name = () => {
        for (const frame of this.root.querySelectorAll("iframe:not([title])")) {
          frame.title = this.root.dataset.textFrame;
        }
      };
      new MutationObserver(name).observe(this.root, { childList: true, subtree: true });
    }

    onSubmit(event) {
      if (this.isPassing || !this.isNewCardChosen()) {
        return;
      }
      // The shop's own listeners must see one submission: the one that carries the token.
      event.preventDefault();
      event.stopImmediatePropagation();
      if (!this.isReady) {
        this.show("blocked");
      } else if (!this.attempt) {
        this.begin(event.submitter);
      }
    }

    isNewCardChosen() {
      const chosen = this.form.querySelector("[data-card-choice]:checked");
      return !chosen || chosen.value === "new";
    }

    begin(submitter) {
      this.show(null);
      const timer = setTimeout(() => this.fail("slow"), TOKEN_WAIT_MS);
      this.attempt = { submitter, timer };
      this.setBusy(true);
      const attempt = this.attempt;
      // The vendor answers through the promise, the callbacks, or both.
      try {
        Promise.resolve(window.ClearentSDK.getPaymentToken()).then(
          (answer) => answer && this.attempt === attempt && this.onToken(answer),
          () => this.attempt === attempt && this.fail("unread"),
        );
      } catch {
        this.fail("unread");
      }
    }

    onToken(answer) {
      if (!this.attempt) {
        return;
      }
      const token = readToken(answer);
      if (!token) {
        this.fail("unread");
        return;
      }
      const { submitter } = this.attempt;
      this.finish();
      this.token.value = token;
      this.isPassing = true;
      this.form.requestSubmit(submitter?.isConnected ? submitter : null);
      this.isPassing = false;
      this.setBusy(true);
    }

    fail(reason) {
      if (this.attempt) {
        this.finish();
        this.show(reason);
      }
    }

    finish() {
      clearTimeout(this.attempt.timer);
      this.attempt = null;
      this.setBusy(false);
    }

    reset() {
      this.token.value = "";
      this.setBusy(false);
    }

    setBusy(isBusy) {
      this.form.setAttribute("aria-busy", String(isBusy));
      for (const button of this.form.querySelectorAll("button:not([type=button]), [type=submit]")) {
        button.disabled = isBusy;
      }
    }

    show(reason) {
      this.shown = reason;
      this.wait.hidden = true;
      const texts = this.root.dataset;
      const byReason = { unread: texts.textUnread, blocked: texts.textBlocked, slow: texts.textSlow };
      this.alert.textContent = reason ? byReason[reason] : "";
    }
  }

  // The answer is text or an object, with the token at its end or by itself.
  function readToken(answer) {
    if (typeof answer !== "string") {
      return answer?.payload?.["mobile-jwt"]?.jwt ?? answer?.jwt ?? "";
    }
    if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(answer)) {
      return answer;
    }
    try {
      return readToken(JSON.parse(answer) ?? {});
    } catch {
      return "";
    }
  }

  const started = new WeakSet();
  const startNew = () => {
    for (const root of document.querySelectorAll("[data-clearent-card-form]")) {
      if (!started.has(root)) {
        started.add(root);
        new CardForm(root).start();
      }
    }
  };
  // The shop may swap a refused form for a new one without loading the page again.
  const begin = () => {
    startNew();
    new MutationObserver(startNew).observe(document.body, { childList: true, subtree: true });
  };
  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", begin, { once: true });
  } else {
    begin();
  }
})();
