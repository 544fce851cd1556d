// Parts that refresh themselves: <section id="…" data-live hx-get="…" hx-trigger="every 30s, refresh" hx-swap="outerHTML">.
// They rest while the tab is hidden or somebody types in them, keep the focus, and say so when they fail. What their
// answer brings for other places of the page (hx-swap-oob) is treated alike.
(() => {
  "use strict";

  const LIVE = "[data-live]";
  let wasHiddenAt = 0;

  const place = (element) => {
    if (element.id) return `#${CSS.escape(element.id)}`;
    const href = element.getAttribute("href");
    if (href) return `${element.localName}[href="${CSS.escape(href)}"]`;
    const name = element.getAttribute("name");
    if (name) return `${element.localName}[name="${CSS.escape(name)}"]`;
    return element.localName === "summary" ? "summary" : null;
  };

  const isBusy = (part) => {
    const focused = document.activeElement;
    const isTyping = part.contains(focused) && focused.matches("input:not([type=checkbox], [type=radio]), textarea, select");
    return isTyping || part.querySelector("details[data-menu][open]") !== null;
  };

  // What somebody opened stays open: <details id="…"> of any live part.
  const keepOpen = () => {
    const open = [...document.querySelectorAll(`${LIVE} details[open][id]`)].map((details) => details.id);
    if (!open.length) return;
    document.addEventListener("htmx:afterSwap", () => {
      open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
    }, { once: true });
  };

  document.addEventListener("htmx:beforeRequest", (event) => {
    const part = event.detail.elt;
    if (part.matches(LIVE) && (document.hidden || isBusy(part))) event.preventDefault();
  });

  // An answer from elsewhere is no part of this page, such as the sign-in of a proxy in front: load the whole page.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { elt, xhr, pathInfo } = event.detail;
    if (!elt.matches?.(LIVE) || !xhr.responseURL) return;
    if (new URL(xhr.responseURL).pathname !== new URL(pathInfo.finalRequestPath, location.href).pathname) {
      event.detail.shouldSwap = false;
      location.reload();
      return;
    }
    if (!event.detail.shouldSwap) return;
    // Somebody began to type while the answer was on its way: what is typed stays, the next answer is shown.
    if (isBusy(elt)) {
      event.detail.shouldSwap = false;
      return;
    }
    elt.removeAttribute("data-refresh-failed");
    keepOpen();
    const focused = document.activeElement;
    const isWithin = elt.contains(focused);
    const selector = isWithin || focused.id ? place(focused) : null;
    const partId = elt.id;
    if (!selector || !partId) return;
    document.addEventListener("htmx:afterSettle", () => {
      if (focused.isConnected || (document.activeElement && document.activeElement !== document.body)) return;
      const root = isWithin ? document.getElementById(partId) : document;
      root?.querySelector(selector)?.focus({ preventScroll: true });
    }, { once: true });
  });

  const failed = (event) => {
    const part = event.detail.elt;
    if (!part.matches?.(LIVE)) return;
    part.querySelectorAll(".as-of").forEach((mark) => mark.classList.add("is-stale"));
    if (part.hasAttribute("data-refresh-failed")) return;
    part.setAttribute("data-refresh-failed", "");
    const notice = document.createElement("p");
    notice.className = "refresh-failed";
    notice.setAttribute("role", "status");
    const time = new Date().toLocaleTimeString("en-GB", { timeZone: document.documentElement.dataset.zone || "UTC" });
    notice.textContent = `Not refreshed since ${time}: the server did not answer. These are the last numbers; they are asked for again.`;
    part.prepend(notice);
  };
  document.addEventListener("htmx:responseError", failed);
  document.addEventListener("htmx:sendError", failed);

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      wasHiddenAt = Date.now();
    } else if (Date.now() - wasHiddenAt > 5000) {
      document.querySelectorAll(LIVE).forEach((part) => window.htmx.trigger(part, "refresh"));
    }
  });
})();
