// Sections save themselves while somebody writes: <form data-autosave>. Without this the Save button does it.
// What others saved meanwhile is merged in by the server; what it cannot merge is left for Save, which shows both texts.
(() => {
  "use strict";

  const PAUSE = 1500; // after the last key
  const LONGEST = 8000; // while somebody goes on typing

  const watch = (form) => {
    const text = form.elements.text;
    const base = form.elements.base;
    const words = form.querySelector("[data-autosave-words]");
    let saved = text.value;
    let since = 0;
    let timer = 0;
    let isSending = false;
    let isStopped = false;

    const say = (message, isBad = false) => {
      words.textContent = message;
      words.classList.toggle("is-bad", isBad);
    };

    const show = (merged) => {
      const place = text.selectionEnd;
      const behind = text.value.slice(place);
      text.value = merged;
      const at = behind && merged.endsWith(behind) ? merged.length - behind.length : Math.min(place, merged.length);
      text.setSelectionRange(at, at);
    };

    // The outline says which sections are empty.
    const outline = () => {
      const link = document.querySelector(`.postmortem-outline a[href="#${CSS.escape(form.closest("section").id)}"]`);
      if (!link) return;
      const isEmpty = !saved.trim();
      link.classList.toggle("is-empty", isEmpty);
      link.querySelector(".visually-hidden")?.remove();
      if (isEmpty) link.insertAdjacentHTML("beforeend", '<span class="visually-hidden"> (empty)</span>');
    };

    const send = async () => {
      if (isSending || isStopped || text.value === saved) return;
      isSending = true;
      since = 0;
      const sent = text.value;
      say("Saving …");
      try {
        const data = new FormData(form);
        data.set("act", "autosave");
        const answer = await fetch(form.action, { method: "POST", body: data, redirect: "error", headers: { Accept: "application/json" } });
        const found = await answer.json();
        if (answer.ok) {
          const isUntouched = text.value === sent;
          base.value = isUntouched ? found.base : found.typed_base;
          if (found.outcome === "merged" && isUntouched) show(found.text);
          saved = isUntouched ? text.value : sent;
          outline();
          say(`${found.words} at ${new Date().toLocaleTimeString("en-GB", { timeZone: document.documentElement.dataset.zone || "UTC" })}`);
        } else {
          isStopped = answer.status === 409;
          say(found.words ?? "Not saved: press Save", true);
        }
      } catch {
        say("Not saved: the server did not answer. It is tried again while you write; your words are here.", true);
      } finally {
        isSending = false;
        if (text.value !== saved && !isStopped) plan();
      }
    };

    const plan = () => {
      since ||= Date.now();
      window.clearTimeout(timer);
      timer = window.setTimeout(send, Math.max(0, Math.min(PAUSE, since + LONGEST - Date.now())));
    };

    text.addEventListener("input", plan);
    form.addEventListener("submit", () => {
      isStopped = true;
      window.clearTimeout(timer);
      saved = text.value;
    });
    window.addEventListener("beforeunload", (event) => {
      if (text.value !== saved) event.preventDefault();
    });
  };

  document.querySelectorAll("form[data-autosave]").forEach(watch);

  // On a phone the outline is folded until it is asked for.
  if (matchMedia("(max-width: 760px)").matches) document.querySelector(".outline-fold")?.removeAttribute("open");
})();
