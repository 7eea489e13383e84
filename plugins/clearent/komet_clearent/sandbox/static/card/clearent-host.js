/* Draws the gateway's card form in a frame and hands its one-time token to the page.
   No card field ever exists in the page itself. */
(() => {
  "use strict";

  const READY_WITHIN_MS = 20000;
  const scriptOrigin = new URL(document.currentScript?.src || location.href).origin;
  const DEFAULTS = {
    paymentFormId: "payment-form",
    successCallback: "ClearentTokenSuccess",
    errorCallback: "ClearentTokenError",
    validationCallback: "ClearentValidation",
  };
  let form = null;

  /* A callback may be a function, or the name of a global one. */
  function call(callback, ...values) {
    const named = typeof callback === "string" ? window[callback] : callback;
    if (typeof named === "function") named(...values);
  }

  function failure(code, message) {
    return {
      code,
      status: "fail",
      payload: { error: { "error-message": message, "result-code": "" }, payloadType: "error" },
    };
  }

  class CardForm {
    constructor(options) {
      this.options = { ...DEFAULTS, baseUrl: scriptOrigin, ...options };
      this.origin = new URL(this.options.baseUrl, location.href).origin;
      this.pending = null;
      this.container = document.getElementById(this.options.paymentFormId);
      if (!this.container) {
        throw new Error(`ClearentSDK: there is no element #${this.options.paymentFormId}`);
      }
      this.ready = new Promise((resolve, reject) => {
        this.becomeReady = resolve;
        setTimeout(() => reject(failure("0", "The card form did not load.")), READY_WITHIN_MS);
      });
      this.ready.catch(() => {});
      this.listen = (event) => this.receive(event);
      window.addEventListener("message", this.listen);
      this.draw();
    }

    draw() {
      const address = new URL("/js-sdk/form", this.origin);
      address.searchParams.set("pk", this.options.pk || "");
      address.searchParams.set("host", location.origin);
      const frame = document.createElement("iframe");
      frame.title = "Card details";
      frame.setAttribute("width", "100%");
      frame.setAttribute("height", "190");
      frame.style.border = "0";
      frame.style.display = "block";
      frame.src = address.href;
      this.frame = frame;
      this.container.replaceChildren(frame);
      this.watcher = new MutationObserver(() => this.sendScheme());
      this.watcher.observe(document.documentElement, { attributes: true });
    }

    remove() {
      window.removeEventListener("message", this.listen);
      this.watcher.disconnect();
      this.frame.remove();
    }

    send(kind, value) {
      this.frame.contentWindow?.postMessage({ clearent: "host", kind, value }, this.origin);
    }

    /* The frame is see-through only while both sides use the same colour scheme. */
    sendScheme() {
      this.send("scheme", getComputedStyle(this.container).colorScheme);
    }

    receive(event) {
      const ours = event.origin === this.origin && event.source === this.frame.contentWindow;
      if (!ours || event.data?.clearent !== "frame") return;
      const { kind, value } = event.data;
      if (kind === "ready") this.start(value);
      else if (kind === "height") this.frame.setAttribute("height", String(value));
      else if (kind === "validation") this.refuse(value);
      else if (kind === "token") this.succeed(value);
      else if (kind === "error") this.fail(value.text, value.object);
    }

    start(settings) {
      this.settings = settings;
      const plain = Object.entries(this.options).filter(([, value]) => typeof value !== "function");
      this.send("options", JSON.parse(JSON.stringify(Object.fromEntries(plain))));
      this.sendScheme();
      this.becomeReady();
    }

    token() {
      if (this.pending) return this.pending.promise;
      const pending = {};
      pending.promise = new Promise((resolve, reject) => Object.assign(pending, { resolve, reject }));
      /* Pages that listen by callback only must not see an unhandled rejection. */
      pending.promise.catch(() => {});
      this.pending = pending;
      this.ready.then(
        () => this.send("submit"),
        (problem) => this.fail(JSON.stringify(problem), problem),
      );
      return pending.promise;
    }

    settle(outcome, value) {
      this.pending?.[outcome](value);
      this.pending = null;
    }

    succeed(text) {
      const object = JSON.parse(text);
      call(this.options.successCallback, text, object);
      this.settle("resolve", this.settings.resolvesText ? text : object);
    }

    fail(text, object) {
      call(this.options.errorCallback, text, object);
      this.settle("reject", object);
    }

    refuse(messages) {
      call(this.options.validationCallback, messages);
      if (messages.length) {
        this.settle("reject", { ...failure("400", messages.join(" ")), validation: messages });
      }
    }

    reset() {
      this.settle("reject", failure("0", "The card form was reset."));
      this.ready.then(() => this.send("reset"), () => {});
    }
  }

  window.ClearentSDK = {
    init(options) {
      form?.remove();
      form = new CardForm(options || {});
    },
    getPaymentToken() {
      if (form) return form.token();
      return Promise.reject(failure("0", "Call ClearentSDK.init first."));
    },
    reset() {
      form?.reset();
    },
    addMetaKeyBlocker() {},
    removeMetaKeyBlocker() {},
    googlePayAvailable() {
      return Promise.resolve(false);
    },
  };
})();
