// Draws the figures of reliability/web/charts.py: one theme from tokens.css, the page's zone, table, PNG and CSV.
// plotly.js is fetched when the first chart appears.
(() => {
  "use strict";

  const script = document.currentScript;
  const zone = document.documentElement.dataset.zone || "UTC";
  const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  const drawn = new Map(); // plot element -> chart element
  const withTable = new Map(); // id of a chart whose table is open, also after a refresh -> how far it is scrolled

  // plotly.js puts style elements into the page while it loads. The content policy lets in those that carry the
  // page's nonce, so they are given it for exactly that long.
  let loading = null;
  const load = () => {
    loading ??= new Promise((resolve, reject) => {
      const createElement = document.createElement;
      document.createElement = function (name, ...rest) {
        const element = createElement.call(this, name, ...rest);
        if (String(name).toLowerCase() === "style") element.nonce = script.nonce;
        return element;
      };
      const library = createElement.call(document, "script");
      library.src = script.dataset.plotly;
      library.nonce = script.nonce;
      const finish = (act) => () => { document.createElement = createElement; act(); };
      library.addEventListener("load", finish(() => resolve(window.Plotly)));
      library.addEventListener("error", finish(() => reject(new Error("plotly.js did not load"))));
      document.head.append(library);
    });
    return loading;
  };

  // Colours: "var(--token)" in the theme of the moment.
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);
  const colour = (text) => {
    probe.style.color = "";
    probe.style.color = text;
    return getComputedStyle(probe).color;
  };
  const withColours = (value) => {
    if (typeof value === "string") return value.startsWith("var(--") ? colour(value) : value;
    if (Array.isArray(value)) return value.length && typeof value[0] === "number" ? value : value.map(withColours);
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withColours(inner)]));
    return value;
  };

  // Time: plotly.js knows no zones. Instants are moved by the zone's offset at the end of the axis; hover tells the
  // exact local time of each instant, also on the other side of a clock change.
  const formats = new Map();
  const parts = (instant, name) => {
    if (!formats.has(name)) {
      formats.set(name, new Intl.DateTimeFormat("en-CA", { timeZone: name, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" }));
    }
    return Object.fromEntries(formats.get(name).formatToParts(instant).map((part) => [part.type, part.value]));
  };
  const offsetOf = (instant, name) => {
    if (name === "UTC") return 0;
    const wall = parts(instant, name);
    return Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second) - Math.floor(instant / 1000) * 1000;
  };
  const clock = (instant, name) => {
    const wall = parts(instant, name);
    return `${wall.year}-${wall.month}-${wall.day} ${wall.hour}:${wall.minute}`;
  };
  const isInstant = (value) => typeof value === "string" && /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(value);
  const lastInstant = (figure) => {
    const ends = Object.entries(figure.layout ?? {}).filter(([key, axis]) => key.startsWith("xaxis") && axis?.range).map(([, axis]) => axis.range[1]);
    const last = [...ends, ...figure.data.map((trace) => trace.x?.at(-1))].filter(isInstant).map(Date.parse);
    return last.length ? Math.max(...last) : null;
  };
  const move = (value, offset) => (isInstant(value) ? new Date(Date.parse(value) + offset).toISOString().replace("T", " ").replace("Z", "") : value);
  const inZone = (figure, offset) => {
    for (const trace of figure.data) {
      for (const key of ["x", "base"]) if (Array.isArray(trace[key])) trace[key] = trace[key].map((value) => move(value, offset));
    }
    for (const [key, axis] of Object.entries(figure.layout)) if (key.startsWith("xaxis") && axis?.range) axis.range = axis.range.map((value) => move(value, offset));
    for (const item of [...(figure.layout.shapes ?? []), ...(figure.layout.annotations ?? [])]) {
      for (const key of ["x", "x0", "x1"]) if (key in item) item[key] = move(item[key], offset);
    }
  };
  const offsetText = (offset) => {
    const minutes = Math.abs(Math.round(offset / 60000));
    const two = (number) => String(number).padStart(2, "0");
    return `UTC${offset < 0 ? "−" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  };

  const theme = () => {
    const text = colour("var(--text)"), muted = colour("var(--text-muted)"), grid = colour("var(--grid)"), surface = colour("var(--surface)");
    const axis = { gridcolor: grid, linecolor: colour("var(--border)"), zerolinecolor: colour("var(--border)"), tickcolor: colour("var(--border)"), tickfont: { color: muted, size: 11 }, title: { font: { color: muted, size: 11 }, standoff: 8 }, automargin: true, ticklen: 4 };
    return {
      layout: {
        font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: text },
        paper_bgcolor: surface,
        plot_bgcolor: surface,
        colorway: [1, 2, 3, 4, 5, 6].map((index) => colour(`var(--series-${index})`)),
        margin: { l: 44, r: 16, t: 26, b: 28 },
        hovermode: "x unified",
        hoverlabel: { bgcolor: surface, bordercolor: colour("var(--border)"), font: { color: text, size: 12 } },
        legend: { orientation: "h", x: 0, y: 1, yanchor: "bottom", xanchor: "left", font: { color: muted, size: 11 }, bgcolor: "rgba(0,0,0,0)" },
        xaxis: { ...axis, showgrid: false, showline: true, ticks: "outside", showspikes: true, spikemode: "across", spikethickness: 1, spikedash: "solid", spikecolor: colour("var(--border-strong)"), hoverformat: "%a %-d %b %H:%M" },
        yaxis: { ...axis, zeroline: false, rangemode: "normal" },
        bargap: 0.35,
        dragmode: matchMedia("(pointer: coarse)").matches ? false : "zoom",
      },
    };
  };

  const hasNumbers = (figure) => figure.data.some((trace) => trace.meta !== "mark" && (trace.y ?? trace.x ?? trace.values ?? trace.z ?? []).some((value) => value !== null));

  const prepare = (chart) => {
    const figure = withColours(JSON.parse(chart.querySelector(".chart-figure").textContent));
    figure.layout ??= {};
    const last = lastInstant(figure);
    const offset = last === null ? null : offsetOf(last, zone);
    if (offset !== null) inZone(figure, offset);
    const isWide = chart.clientWidth > 520;
    figure.layout = { ...figure.layout, template: theme(), height: Number(chart.dataset.height), autosize: true, showlegend: figure.layout.showlegend ?? figure.data.length > 1 };
    if (!isWide) figure.layout.margin = { l: 36, r: 8, t: 26, b: 28, ...figure.layout.margin };
    if (!hasNumbers(figure)) {
      figure.layout.annotations = [...(figure.layout.annotations ?? []), { text: "No data in this period", xref: "paper", yref: "paper", x: 0.5, y: 0.5, showarrow: false, font: { size: 13, color: colour("var(--text-muted)") } }];
    }
    return { figure, offset };
  };

  const whenOf = (chart) => {
    let line = chart.querySelector(".chart-when");
    if (!line) {
      line = document.createElement("p");
      line.className = "chart-when";
      line.setAttribute("aria-hidden", "true");
      chart.querySelector(".chart-box").append(line);
    }
    return line;
  };

  const tell = (plot) => {
    const { chart, offset, hovered } = drawn.get(plot);
    if (offset === null) return;
    const line = whenOf(chart);
    if (hovered === null) {
      line.textContent = zone === "UTC" ? "UTC" : `${zone}, ${offsetText(offset)}`;
      return;
    }
    const other = zone === "UTC" ? browserZone : zone;
    const utc = `${clock(hovered, "UTC")} UTC`;
    line.textContent = other === "UTC" ? utc : `${utc} · ${clock(hovered, other)} ${other}`;
  };

  // An item of a timeline: both its ends, in UTC and in the other zone.
  const tellSpan = (plot, start, end) => {
    const span = (name) => {
      const [first, last] = [start, end].map((at) => (at ? clock(Date.parse(at), name) : ""));
      return last ? `${first} to ${last.slice(0, 10) === first.slice(0, 10) ? last.slice(11) : last}` : first;
    };
    const other = zone === "UTC" ? browserZone : zone;
    whenOf(drawn.get(plot).chart).textContent = other === "UTC" ? `${span("UTC")} UTC` : `${span("UTC")} UTC · ${span(other)} ${other}`;
  };

  const rangesOf = (layout) => Object.fromEntries(["xaxis", "yaxis"].filter((axis) => layout[axis]?.range).map((axis) => [axis, [...layout[axis].range]]));

  const config = { displayModeBar: false, responsive: false, doubleClick: false, showTips: false, displaylogo: false };

  // A refreshed part brings an empty box: the drawing of before is put back and changed, so nothing flickers.
  const adopt = (chart) => {
    for (const [plot, state] of drawn) {
      if (state.chart === chart || state.chart.id !== chart.id || plot.isConnected) continue;
      chart.querySelector(".chart-plot").replaceWith(plot);
      state.chart = chart;
    }
  };

  const draw = async (chart) => {
    adopt(chart);
    if (withTable.has(chart.id)) showTable(chart, true);
    const plot = chart.querySelector(".chart-plot");
    try {
      const plotly = await load();
      const { figure, offset } = prepare(chart);
      const isNew = !drawn.has(plot);
      const whole = rangesOf(figure.layout);
      const zoom = drawn.get(plot)?.zoom ?? {};
      drawn.set(plot, { chart, offset, hovered: null, whole, zoom });
      // Time moves on and with it the range of the axis: what somebody looks at closely stays as it is.
      for (const [axis, range] of Object.entries(zoom)) figure.layout[axis] = { ...figure.layout[axis], range, autorange: false };
      await plotly.react(plot, figure.data, figure.layout, config);
      tell(plot);
      if (!isNew) return;
      plot.on("plotly_relayout", (change) => {
        const state = drawn.get(plot);
        for (const axis of ["xaxis", "yaxis"]) if (`${axis}.range[0]` in change) state.zoom[axis] = [...plot.layout[axis].range];
      });
      plot.on("plotly_doubleclick", () => {
        const state = drawn.get(plot);
        const back = Object.keys(state.zoom).map((axis) => (state.whole[axis] ? [`${axis}.range`, state.whole[axis]] : [`${axis}.autorange`, true]));
        state.zoom = {};
        window.Plotly.relayout(plot, Object.fromEntries(back));
      });
      plot.on("plotly_hover", (event) => {
        const state = drawn.get(plot);
        const told = event.points[0]?.customdata;
        if (isInstant(told?.start)) return tellSpan(plot, told.start, told.end);
        const x = event.points[0]?.x;
        if (typeof x !== "string" || state.offset === null) return;
        state.hovered = Date.parse(`${x.replace(" ", "T")}${x.length > 10 ? "" : "T00:00"}Z`) - state.offset;
        tell(plot);
      });
      plot.on("plotly_click", (event) => {
        const url = event.points[0]?.customdata?.url;
        if (typeof url === "string" && url.startsWith("/")) location.assign(url);
      });
      plot.on("plotly_unhover", () => { drawn.get(plot).hovered = null; tell(plot); });
      sizes.observe(plot);
    } catch (error) {
      console.error(error);
      plot.textContent = "The chart could not be drawn; the table has its numbers.";
      plot.classList.add("chart-failed");
      showTable(chart, true);
    }
  };

  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (!target.isConnected || !target.clientWidth || target.clientWidth === target._fullLayout?.width) continue;
      window.Plotly.relayout(target, { width: target.clientWidth });
    }
  });

  const showTable = (chart, isShown) => {
    const table = chart.querySelector(".chart-table");
    table.classList.toggle("is-shown", isShown);
    chart.querySelector("[data-chart-table]").setAttribute("aria-expanded", String(isShown));
    if (!isShown) return withTable.delete(chart.id);
    withTable.set(chart.id, withTable.get(chart.id) ?? 0);
    table.scrollTop = withTable.get(chart.id);
  };
  document.addEventListener("scroll", ({ target }) => {
    const id = target.matches?.(".chart-table") && target.closest("[data-chart]").id;
    if (withTable.has(id)) withTable.set(id, target.scrollTop);
  }, { capture: true, passive: true });

  const save = (name, address) => {
    const link = document.createElement("a");
    link.href = address;
    link.download = name;
    link.click();
  };
  const fileName = (chart, ending) => `${location.pathname.split("/").filter(Boolean).join("-") || "overview"}-${chart.dataset.chart}.${ending}`;
  const savePng = async (chart) => {
    const plot = chart.querySelector(".chart-plot");
    // A saved picture is read without its page: it carries the title and the zone.
    const title = [chart.querySelector(".chart-title").textContent, plot.layout.xaxis?.type === "date" ? zone : ""].filter(Boolean).join(", ");
    const layout = { ...plot.layout, title: { text: title, x: 0.01, xanchor: "left", font: { size: 14 } }, margin: { ...plot.layout.margin, t: (plot.layout.margin?.t ?? 26) + 30 } };
    const figure = { data: plot.data, layout, config };
    const image = await window.Plotly.toImage(figure, { format: "png", width: plot.clientWidth, height: plot.clientHeight + 30, scale: 2 });
    save(fileName(chart, "png"), image);
  };
  // A cell that a spreadsheet would run as a formula is kept text by an apostrophe.
  const csvCell = (text) => {
    const safe = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const saveCsv = (chart) => {
    const rows = [...chart.querySelectorAll(".chart-table tr")].map((row) =>
      [...row.cells].map((cell) => csvCell(cell.dataset.value ?? cell.textContent.trim())).join(","));
    const address = URL.createObjectURL(new Blob([`${rows.join("\r\n")}\r\n`], { type: "text/csv" }));
    save(fileName(chart, "csv"), address);
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-chart-table], [data-chart-png], [data-chart-csv]");
    if (!button) return;
    const chart = button.closest("[data-chart]");
    if (button.matches("[data-chart-table]")) showTable(chart, button.getAttribute("aria-expanded") !== "true");
    else if (button.matches("[data-chart-png]")) savePng(chart);
    else saveCsv(chart);
  });

  const chartsIn = (root) => [...root.querySelectorAll("[data-chart]"), ...(root.matches?.("[data-chart]") ? [root] : [])];
  const drawAll = (root) => chartsIn(root).forEach(draw);
  const forget = () => {
    for (const plot of drawn.keys()) {
      if (plot.isConnected) continue;
      sizes.unobserve(plot);
      window.Plotly.purge(plot);
      drawn.delete(plot);
    }
  };
  const redraw = () => [...drawn.values()].forEach(({ chart }) => draw(chart));

  drawAll(document);
  document.addEventListener("htmx:afterSwap", (event) => drawAll(event.detail.elt));
  document.addEventListener("htmx:afterSettle", (event) => {
    // Settling gives elements the attributes the server sent: open tables are opened again.
    for (const chart of chartsIn(event.detail.elt)) if (withTable.has(chart.id)) showTable(chart, true);
    forget();
  });
  document.addEventListener("theme-changed", redraw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
})();
