// The room: a form that came back with mistakes is shown, Ctrl-Enter writes down, typing goes on. It works without this.
(() => {
  "use strict";

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.elt?.id === "composer" && event.detail.xhr.status === 422) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.requestConfig?.elt?.id === "composer") document.querySelector("#composer textarea")?.focus();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const form = event.target.closest?.("#composer");
    if (!form) return;
    event.preventDefault();
    form.requestSubmit();
  });
})();
