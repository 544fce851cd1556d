// Line numbers beside <textarea data-numbered data-wrong="3 7">; a marked number leads to its line. Without JavaScript
// the field stands alone, and the list of problems quotes the lines.
(() => {
  "use strict";

  const number = (field) => {
    const wrong = new Set((field.dataset.wrong || "").split(" ").filter(Boolean).map(Number));
    const frame = document.createElement("div");
    frame.className = "numbered";
    const gutter = document.createElement("div");
    gutter.className = "numbered-gutter";
    gutter.setAttribute("aria-hidden", "true");
    field.before(frame);
    frame.append(gutter, field);
    let shown = 0;

    const draw = () => {
      const count = field.value.split("\n").length;
      if (count === shown) return;
      shown = count;
      gutter.replaceChildren(...Array.from({ length: count }, (_, index) => {
        const line = document.createElement("span");
        line.textContent = `${index + 1}\n`;
        if (wrong.has(index + 1)) line.className = "is-wrong";
        return line;
      }));
    };
    const follow = () => { gutter.scrollTop = field.scrollTop; };
    const fit = () => { gutter.style.maxHeight = `${field.clientHeight}px`; follow(); };

    field.addEventListener("input", () => { draw(); follow(); });
    field.addEventListener("scroll", follow);
    new ResizeObserver(fit).observe(field);
    draw();
    fit();
  };

  const goTo = (line) => {
    const field = document.querySelector("textarea[data-numbered]");
    if (!field) return;
    const rows = field.value.split("\n");
    const start = rows.slice(0, line - 1).reduce((sum, row) => sum + row.length + 1, 0);
    field.focus();
    field.setSelectionRange(start, start + (rows[line - 1] || "").length);
    field.scrollTop = Math.max(0, (field.scrollHeight / rows.length) * (line - 4));
    field.scrollIntoView({ block: "center" });
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-line]");
    if (!link) return;
    event.preventDefault();
    goTo(Number(link.dataset.line));
  });

  document.querySelectorAll("textarea[data-numbered]").forEach(number);
})();
