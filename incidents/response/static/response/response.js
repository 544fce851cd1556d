// The page of an incident: a comment refreshes the timeline, Ctrl-Enter sends it, time passes. It works without this.
(() => {
  "use strict";

  // A comment was taken: the answer is a fresh composer; the timeline shows it at once, and typing goes on.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.requestConfig?.elt?.id !== "composer") return;
    const timeline = document.getElementById("timeline");
    if (event.detail.xhr.status < 300 && timeline) window.htmx.trigger(timeline, "refresh");
    document.querySelector("#composer textarea")?.focus();
  });

  // A form that came back with mistakes (422) is shown, too.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.elt?.id === "composer" && event.detail.xhr.status === 422) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });

  // What a button could not do, and why, in words of the server.
  const notice = document.getElementById("incident-notice");
  const tell = (text) => {
    if (!notice) return;
    const banner = document.createElement("div"), words = document.createElement("p");
    banner.className = "banner tone-warn";
    words.textContent = text;
    banner.append(words);
    notice.replaceChildren(banner);
    notice.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("incident-notice", (event) => tell(event.detail.message));
  document.addEventListener("incident-changed", () => notice?.replaceChildren());
  document.addEventListener("htmx:responseError", (event) => {
    const { elt, xhr } = event.detail;
    if (elt.matches("[data-live]") || !elt.matches("#incident form:not(#composer)")) return;
    const answer = new DOMParser().parseFromString(xhr.responseText, "text/html");
    tell(answer.querySelector("p")?.textContent || `The server answered ${xhr.status}: try again.`);
    document.querySelectorAll("#incident [data-live]").forEach((part) => window.htmx.trigger(part, "refresh"));
  });
  document.addEventListener("htmx:sendError", (event) => {
    if (event.detail.elt.matches("#incident form")) tell("The server did not answer: nothing was done. Try again.");
  });

  // Ctrl-Enter sends a comment.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const form = event.target.closest?.("#composer");
    if (!form) return;
    event.preventDefault();
    form.requestSubmit();
  });

  // How long it lasts, by the clock of this browser.
  const words = (seconds) => {
    const minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60), days = Math.floor(hours / 24);
    if (minutes < 1) return `${Math.floor(seconds)} s`;
    if (hours < 1) return `${minutes} min`;
    if (days < 1) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
    return hours % 24 ? `${days} ${days === 1 ? "day" : "days"} ${hours % 24} h` : `${days} ${days === 1 ? "day" : "days"}`;
  };
  setInterval(() => {
    document.querySelectorAll("[data-elapsed-since]").forEach((mark) => {
      mark.textContent = words(Math.max(0, (Date.now() - Date.parse(mark.dataset.elapsedSince)) / 1000));
    });
  }, 5000);
})();
