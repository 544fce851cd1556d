// "Try it" on the page of an operation of the API: the form is sent as the request it describes, and its answer shown.
"use strict";

(() => {
  const SHOWN = 200000; // characters of an answer
  const form = document.getElementById("try");
  const answer = document.getElementById("try-answer");
  const fields = (place) =>
    [...form.querySelectorAll(`[data-place="${place}"]`)].filter((field) => field.value !== "");

  function address() {
    let path = form.dataset.path;
    for (const field of fields("path")) path = path.replace(`{${field.dataset.name}}`, encodeURIComponent(field.value));
    const query = new URLSearchParams(fields("query").map((field) => [field.dataset.name, field.value]));
    return query.size ? `${path}?${query}` : path;
  }

  function request() {
    const token = form.querySelector("[data-token]").value.trim();
    const headers = { Accept: "application/json, */*" };
    for (const field of fields("header")) headers[field.dataset.name] = field.value;
    if (token) headers.Authorization = `Bearer ${token}`;
    else headers["X-CSRFToken"] = form.querySelector("[name=csrfmiddlewaretoken]").value;
    const body = form.querySelector("[data-body]");
    const hasBody = body && body.value.trim() !== "";
    if (hasBody) headers["Content-Type"] = form.querySelector("[data-type]").value;
    return {
      method: form.dataset.method,
      headers,
      body: hasBody ? body.value : undefined,
      credentials: token ? "omit" : "same-origin",
      redirect: "manual",
    };
  }

  function readable(text, type) {
    let shown = text;
    if (type.includes("json")) {
      try {
        shown = JSON.stringify(JSON.parse(text), null, 2);
      } catch {
        shown = text;
      }
    }
    return shown.length > SHOWN ? `${shown.slice(0, SHOWN)}\n… ${shown.length - SHOWN} more characters` : shown;
  }

  function show(status, text) {
    answer.hidden = false;
    answer.querySelector("[data-status]").textContent = status;
    answer.querySelector("[data-text]").textContent = text;
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button[type=submit]");
    const began = performance.now();
    button.disabled = true;
    try {
      const response = await fetch(address(), request());
      const text = await response.text();
      const took = Math.round(performance.now() - began);
      show(
        `${response.status} ${response.statusText} · ${took} ms`,
        readable(text, response.headers.get("Content-Type") || "") || "No body.",
      );
    } catch {
      show("No answer", "The request did not reach the server, or a value cannot be sent in a header.");
    } finally {
      button.disabled = false;
    }
  });
})();
