// The shell: menus, palette, theme, copying, and times that stay true. Every page works without it.
(() => {
  "use strict";

  const each = (root, selector, act) => root.querySelectorAll(selector).forEach(act);
  const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

  // On a phone the tab of this page may lie beyond the edge.
  each(document, ".tabs [aria-current]", (tab) => {
    const tabs = tab.closest(".tabs");
    const beyond = tab.getBoundingClientRect().right - tabs.getBoundingClientRect().right;
    if (beyond > 0) tabs.scrollLeft = tab.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - tab.offsetWidth) / 2;
  });

  // Menus are <details>; here they also close by Escape, by a press elsewhere and when focus leaves.
  const closeMenus = (except) =>
    each(document, "details[data-menu][open]", (menu) => {
      if (!menu.contains(except)) menu.open = false;
    });
  document.addEventListener("click", (event) => closeMenus(event.target));
  document.addEventListener("focusin", (event) => closeMenus(event.target));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.activeElement?.closest("details[data-menu][open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // The palette.
  const palette = document.getElementById("palette");
  const query = document.getElementById("palette-query");
  const hits = () => [...palette.querySelectorAll(".hit")];
  const select = (hit) => {
    hits().forEach((other) => other.setAttribute("aria-selected", String(other === hit)));
    if (hit) {
      query.setAttribute("aria-activedescendant", hit.id);
      hit.scrollIntoView({ block: "nearest" });
    } else {
      query.removeAttribute("aria-activedescendant");
    }
  };
  const openPalette = (text = "") => {
    if (palette.open) return;
    query.value = text;
    palette.showModal();
    query.select();
    query.dispatchEvent(new CustomEvent("palette-open"));
  };
  if (palette) {
    document.addEventListener("keydown", (event) => {
      const isSlash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target);
      const isControlK = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey;
      if (!isSlash && !isControlK) return;
      event.preventDefault();
      openPalette();
    });
    each(document, "[data-palette-opener]", (opener) => {
      opener.addEventListener("pointerdown", (event) => {
        event.preventDefault();
        openPalette(opener.value);
      });
    });
    palette.addEventListener("click", (event) => {
      if (event.target === palette) palette.close();
    });
    palette.addEventListener("htmx:afterSwap", () => select(hits()[0]));
    query.addEventListener("keydown", (event) => {
      const all = hits();
      const here = all.findIndex((hit) => hit.getAttribute("aria-selected") === "true");
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        const step = event.key === "ArrowDown" ? 1 : -1;
        select(all[(here + step + all.length) % all.length]);
      } else if (event.key === "Escape") {
        event.preventDefault(); // a search field would only empty itself
        palette.close();
      } else if (event.key === "Enter" && all[here]) {
        event.preventDefault();
        all[here].click();
      }
    });
  }

  // Theme: the form works alone; here the page changes without loading.
  each(document, "[data-theme-form]", (form) => {
    form.addEventListener("submit", (event) => {
      const theme = event.submitter?.value;
      if (!theme) return;
      event.preventDefault();
      const secure = location.protocol === "https:" ? "; secure" : "";
      document.cookie = `theme=${theme}; path=/; max-age=${365 * 24 * 3600}; samesite=lax${secure}`;
      document.documentElement.dataset.theme = theme;
      each(form, "button[name=theme]", (button) => button.setAttribute("aria-pressed", String(button.value === theme)));
      document.dispatchEvent(new CustomEvent("theme-changed"));
    });
  });

  // Copying.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const label = button.querySelector("[aria-live]") ?? button;
    try {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      label.textContent = "Copied";
    } catch {
      const range = document.createRange();
      range.selectNodeContents(document.getElementById(button.dataset.copy));
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      label.textContent = "Selected: press Ctrl-C";
    }
    setTimeout(() => { label.textContent = "Copy"; }, 2500);
  });

  // Relative times and stale marks, by the clock of this browser.
  const UNITS = [["year", "years", 31557600], ["month", "months", 2629800], ["day", "days", 86400], ["h", "h", 3600], ["min", "min", 60]];
  const relative = (seconds) => {
    const size = Math.abs(seconds);
    if (size < 5) return "just now";
    const unit = UNITS.find(([name, , length]) => size >= length * (name === "month" ? 2 : 1));
    const count = unit ? Math.floor(size / unit[2]) : Math.floor(size);
    const words = unit ? `${count} ${count === 1 ? unit[0] : unit[1]}` : `${count} s`;
    return seconds > 0 ? `in ${words}` : `${words} ago`;
  };
  const tellTimes = (root) => {
    each(root, 'time[data-form="relative"]', (time) => {
      const words = relative((Date.parse(time.dateTime) - Date.now()) / 1000);
      if (time.textContent !== words) time.textContent = words;
    });
    each(root, ".as-of[data-stale-after]", (mark) => {
      const time = mark.querySelector("time");
      if (!time) return;
      const age = (Date.now() - Date.parse(time.dateTime)) / 1000;
      mark.classList.toggle("is-stale", age > Number(mark.dataset.staleAfter) || mark.closest("[data-refresh-failed]") !== null);
    });
  };
  setInterval(() => tellTimes(document), 15000);

  // The zone field: names are fetched when somebody needs them; the zone of this browser is offered.
  each(document, "[data-zones]", (field) => {
    const list = document.getElementById(field.getAttribute("list"));
    field.addEventListener("focus", async () => {
      const answer = await fetch(field.dataset.zones);
      if (answer.ok) list.innerHTML = await answer.text();
      field.select();
    }, { once: true });
    const offer = document.querySelector("[data-own-zone]");
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!offer || !own || own === field.value || own === "UTC") return;
    const address = new URL(location.href);
    address.searchParams.set("tz", own);
    const link = offer.querySelector("a");
    link.href = address.search;
    link.textContent = own;
    offer.hidden = false;
  });

  // After a form came back with errors, the reader starts at them.
  document.querySelector("[data-focus-first]")?.focus();
})();
