// When the run has ended its live part asks no more; what is left to do is to take the stop button away and draw the
// charts once again.
(() => {
  "use strict";

  document.addEventListener("run-ended", () => {
    document.getElementById("run-stop")?.replaceChildren();
    const charts = document.getElementById("run-charts");
    if (charts) window.htmx.trigger(charts, "refresh");
    charts?.removeAttribute("data-open");
  });
})();
