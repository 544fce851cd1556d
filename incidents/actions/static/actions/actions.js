// Action items: only the fields of the chosen proof are shown; [ and ] move the card that has the focus. It works without.
(() => {
  "use strict";

  const proof = document.querySelector(".action-form select[name=proof]");
  if (proof) {
    const show = () => document.querySelectorAll("[data-proof]").forEach((part) => {
      part.hidden = part.dataset.proof !== proof.value && !part.querySelector(".has-error");
    });
    proof.addEventListener("change", show);
    show();
  }

  const moved = document.querySelector(".board-card:target");
  if (moved) moved.focus({ preventScroll: true });

  document.addEventListener("keydown", (event) => {
    const direction = { "[": "back", "]": "on" }[event.key];
    if (!direction || event.ctrlKey || event.metaKey || event.target.closest("input, select, textarea")) return;
    const button = event.target.closest(".board-card")?.querySelector(`button[data-move=${direction}]`);
    if (!button) return;
    event.preventDefault();
    button.click();
  });
})();
